"""Makes the Word templates that come with the playbook; legal teams edit them from there."""
