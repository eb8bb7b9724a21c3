# Postfix, and the Dovecot that knows its passwords.
folder=$1
mkdir -p /var/spool/postfix/private /var/lib/postfix
chown postfix /var/lib/postfix /var/spool/postfix/private
dovecot -F -c "$folder/dovecot.conf" &
exec postfix -c "$folder" start-fg
