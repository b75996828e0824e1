"""Forms the outside world reads without breachscope: signatures, bags, time stamps, encryption.

Nothing here knows what a case is. Each form is one that a common tool reads: `ssh-keygen -Y
verify`, `sha256sum -c`, `openssl ts -verify`, `age -d`.
"""
