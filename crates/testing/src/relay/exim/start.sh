folder=$1
mkdir -p /var/spool/exim4
chown -R Debian-exim:Debian-exim /var/spool/exim4
chown Debian-exim "$folder" "$folder/key.pem"
exec exim4 -C "$folder/exim.conf" -bdf -q1m
