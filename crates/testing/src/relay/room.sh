# A room of its own for one relay: its packages in their places, its own accounts, spool and sockets.
# Nothing of it is seen outside, and all of it ends with it. Arguments: PACKAGES FOLDER COMMAND...
# Runs as root in new mount and process namespaces.
set -eu
packages=$1 folder=$2
shift 2
mount -t overlay overlay -o "lowerdir=$packages:/usr" /usr
for place in /run /var/spool /var/lib; do mount -t tmpfs -o mode=755 tmpfs "$place"; done
id=61000
for account in parents Debian-exim opensmtpd opensmtpq dovecot dovenull; do
  id=$((id + 1))
  echo "$account:x:$id:$id::$folder/mail:/bin/sh" >>"$folder/passwd.own"
  echo "$account:x:$id:" >>"$folder/group.own"
done
for table in passwd group; do
  cat "/etc/$table" "$folder/$table.own" >"$folder/$table"
  mount --bind "$folder/$table" "/etc/$table"
done
mkdir -m 777 "$folder/mail"
# Not exec: a relay changes its accounts and would then no longer be told to end with its parent.
"$@"
