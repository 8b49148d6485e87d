#!/bin/sh
# Runs a private Postfix in the foreground: postfix.sh FOLDER PORT UID GID (as root; ends with SIGTERM).
# It takes mail for everybody on 127.0.0.1:PORT and puts it into the Maildir FOLDER/mail/all, as UID:GID.
# Nothing leaves this machine: there is no smtp client in its master.cf, and every other transport is an error.
set -eu
folder=$1 port=$2 uid=$3 gid=$4
umask 022
mkdir -p "$folder/etc" "$folder/queue" "$folder/data" "$folder/mail"

cat >"$folder/etc/main.cf" <<END
compatibility_level = 3.6
queue_directory = $folder/queue
data_directory = $folder/data
myhostname = mx.example.org
myorigin = example.org
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
smtpd_relay_restrictions = permit_mynetworks, reject
smtputf8_enable = yes
smtputf8_autodetect_classes = all
message_size_limit = 52428800
virtual_mailbox_domains = static:all
virtual_mailbox_maps = static:all/
virtual_mailbox_base = $folder/mail
virtual_mailbox_limit = 0
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
default_transport = error:nothing is relayed
relay_transport = error:nothing is relayed
local_transport = error:nothing is local
alias_maps =
alias_database =
local_recipient_maps =
biff = no
maillog_file = $folder/log
maillog_file_prefixes = $folder
END

cat >"$folder/etc/master.cf" <<END
127.0.0.1:$port inet n - n - - smtpd
cleanup   unix  n  -  n  -    0 cleanup
qmgr      unix  n  -  n  300  1 qmgr
rewrite   unix  -  -  n  -    - trivial-rewrite
bounce    unix  -  -  n  -    0 bounce
defer     unix  -  -  n  -    0 bounce
trace     unix  -  -  n  -    0 bounce
verify    unix  -  -  n  -    1 verify
proxymap  unix  -  -  n  -    - proxymap
error     unix  -  -  n  -    - error
retry     unix  -  -  n  -    - error
virtual   unix  -  n  n  -    - virtual
anvil     unix  -  -  n  -    1 anvil
postlog   unix-dgram n - n -  1 postlogd
END

# What `postfix check` would make, without needing the system's own configuration.
cd "$folder/queue"
mkdir -p active bounce corrupt defer deferred flush hold incoming private saved trace public maildrop pid
chown postfix active bounce corrupt defer deferred flush hold incoming private saved trace "$folder/data"
chmod 700 active bounce corrupt defer deferred flush hold incoming private saved trace
chown postfix:postdrop public maildrop
chmod 710 public
chmod 730 maildrop
chown "$uid:$gid" "$folder/mail"

# Its master wants a session of its own, which the leader of a process group cannot have: so it is our child.
"$(postconf -c "$folder/etc" -h daemon_directory)/master" -c "$folder/etc" &
master=$!
trap 'kill -TERM $master 2>/dev/null' TERM INT
wait $master || wait $master # the first is interrupted by the signal
