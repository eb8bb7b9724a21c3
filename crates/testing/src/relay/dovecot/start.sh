# A mailbox that is read by IMAP.
exec dovecot -F -c "$1/dovecot.conf"
