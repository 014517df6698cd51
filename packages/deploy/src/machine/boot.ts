/**
 * For scripts of machines: `at_boot NAME` has what comes on its standard input run at every boot, by systemd where that
 * runs and by rc.local elsewhere. Repeating it changes nothing; environments that start on a new machine at once are in
 * nobody's way.
 */
export const atBootFunction = `at_boot() {
  mkdir -p /etc/atlas/boot.d
  cat > "/etc/atlas/boot.d/.$1.$$"
  mv "/etc/atlas/boot.d/.$1.$$" "/etc/atlas/boot.d/$1"
  [ ! -x /etc/atlas/boot ] || return 0
  if [ -d /run/systemd/system ]; then
    cat > /etc/systemd/system/atlas-boot.service <<'unit'
[Unit]
Description=What Atlas deployed here
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
KillMode=process
ExecStart=/etc/atlas/boot

[Install]
WantedBy=multi-user.target
unit
    systemctl daemon-reload
    systemctl enable --quiet atlas-boot.service
  else
    [ -s /etc/rc.local ] || echo '#!/bin/sh' > /etc/rc.local
    grep -qx /etc/atlas/boot /etc/rc.local || sed -i '1a /etc/atlas/boot' /etc/rc.local
    chmod 755 /etc/rc.local
  fi
  printf '%s\\n' '#!/bin/sh' 'for one in /etc/atlas/boot.d/*; do sh "$one"; done' > "/etc/atlas/.boot.$$"
  chmod 755 "/etc/atlas/.boot.$$"
  mv "/etc/atlas/.boot.$$" /etc/atlas/boot
}
`
