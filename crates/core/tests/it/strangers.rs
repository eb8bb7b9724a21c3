//! What strangers write, in endless variety: none of it may make the program fail (S10).
