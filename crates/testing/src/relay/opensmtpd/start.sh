folder=$1
mkdir -p -m 711 /var/spool/smtpd /var/lib/opensmtpd/empty
chmod 755 /var/lib/opensmtpd
for queue in corrupt incoming queue temporary purge offline; do mkdir -m 700 "/var/spool/smtpd/$queue"; done
chown opensmtpq /var/spool/smtpd/corrupt /var/spool/smtpd/incoming /var/spool/smtpd/queue \
  /var/spool/smtpd/temporary /var/spool/smtpd/purge
chown root:opensmtpq /var/spool/smtpd/offline
chmod 770 /var/spool/smtpd/offline
chmod 600 "$folder/key.pem"
exec smtpd -d -f "$folder/smtpd.conf"
