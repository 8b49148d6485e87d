#!/bin/sh
# Runs one of Debian's mail servers in the foreground: mail_server.sh SERVER UNPACKED FOLDER PORT NEXT (as root; ends with SIGTERM).
# It takes mail for everybody on 127.0.0.1:PORT and passes it on to 127.0.0.1:NEXT, and nowhere else. Their packages exclude each
# other, so they are not installed: UNPACKED holds their files, laid over this system's in a mount namespace that nobody else sees.
set -eu
server=$1 unpacked=$2 folder=$3 port=$4 next=$5

if [ "${6:-}" = "" ]; then
    exec unshare -m sh "$0" "$server" "$unpacked" "$folder" "$port" "$next" apart
elif [ "$6" = apart ]; then
    mount --make-rprivate /
    layer=$folder/layer
    mkdir "$layer"
    mount -t tmpfs tmpfs "$layer"
    mkdir "$layer/upper" "$layer/work" "$layer/root"
    cp -a "$unpacked/." "$layer/upper"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" "$layer/root"
    for shared in /proc /dev /tmp; do mount --bind $shared "$layer/root$shared"; done
    cp "$0" "$layer/root/run/mail_server.sh"
    exec chroot "$layer/root" sh /run/mail_server.sh "$server" "$unpacked" "$folder" "$port" "$next" inside
fi

user() {
    echo "$1:x:$2:$2::/nonexistent:/usr/sbin/nologin" >>/etc/passwd
    echo "$1:x:$2:" >>/etc/group
}
chmod 777 "$folder"
# Sendmail waits a minute for a name with a dot in it.
echo "127.0.0.1 mx.example.org localhost $(hostname)" >/etc/hosts

case $server in
exim)
    user Debian-exim 9001
    mkdir -p /var/spool/exim4 /run/exim4 /etc/exim4
    chown Debian-exim /var/spool/exim4 /run/exim4
    cat >/etc/exim4/exim4.conf <<END
primary_hostname = mx.example.org
daemon_smtp_ports = $port
local_interfaces = 127.0.0.1
keep_environment =
acl_smtp_rcpt = accept
acl_smtp_data = accept
host_lookup =
rfc1413_hosts =
log_file_path = $folder/log-%s
begin routers
on:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = on
begin transports
on:
  driver = smtp
  port = $next
  allow_localhost
END
    exec /usr/sbin/exim4 -bdf -q30m
    ;;
opensmtpd)
    user opensmtpd 9002
    user opensmtpq 9003
    mkdir -p /var/spool/smtpd /var/lib/opensmtpd/empty
    chmod 711 /var/spool/smtpd
    echo mx.example.org >/etc/mailname
    cat >/etc/smtpd.conf <<END
listen on 127.0.0.1 port $port
action "on" relay host smtp://127.0.0.1:$next
match from any for any action "on"
END
    exec /usr/sbin/smtpd -d
    ;;
sendmail)
    user smmta 9004
    user smmsp 9005
    mkdir -p /var/spool/mqueue /var/lib/sendmail/host_status /etc/mail
    chmod 700 /var/spool/mqueue
    cat >/etc/mail/sendmail.mc <<END
include(\`/usr/share/sendmail/cf/m4/cf.m4')
OSTYPE(\`debian')
FEATURE(\`nocanonify')
FEATURE(\`accept_unresolvable_domains')
FEATURE(\`promiscuous_relay')
FEATURE(\`no_default_msa')
define(\`confDOMAIN_NAME', \`mx.example.org')
define(\`SMART_HOST', \`relay:[127.0.0.1]')
define(\`RELAY_MAILER_ARGS', \`TCP \$h $next')
define(\`confPID_FILE', \`/run/sendmail.pid')
define(\`confTO_IDENT', \`0')
DAEMON_OPTIONS(\`Port=$port, Addr=127.0.0.1, Name=MTA')
MAILER(\`smtp')
END
    (cd /usr/share/sendmail/cf && m4 /etc/mail/sendmail.mc >/etc/mail/sendmail.cf)
    touch /etc/mail/local-host-names /etc/mail/trusted-users
    echo "hosts files" >/etc/mail/service.switch
    exec /usr/libexec/sendmail/sendmail -bD -q30m
    ;;
esac
