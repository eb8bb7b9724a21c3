//! Every path of an envoi, explored with the statements of the program itself (S13).
