"""The documents of a package: one view each, rendered by the Word templates of the playbook.

A legal team edits one Word file a document; the PDF is set from that very file once it is
filled in, so that the two cannot differ in a word or a number.
"""
