"""What each recipient gets: the notice, its counts and its people, sealed with a manifest."""
