#!/bin/sh
# The first process of the other kernel. Its root is the machine's own, read-only; what it writes is in memory.
# SOCKWISE_FOLDER is where the command runs. SOCKWISE_EXCHANGE is a folder of the machine too: it has the command, and gets what it
# printed and its status.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
mkdir -p /run/exchange /run/folder /run/kmod/lib/modules /dev/shm /dev/pts
# Before /tmp is covered, where both may be.
mount -t hostfs none /run/exchange -o "$SOCKWISE_EXCHANGE"
mount -t hostfs none /run/folder -o "ro,$SOCKWISE_FOLDER" || mount -t hostfs none /run/folder -o "$SOCKWISE_FOLDER"
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /dev/shm
mount -t devpts devpts /dev/pts
ln -s /proc/self/fd /dev/fd
ln -s "/usr/lib/uml/modules/$(uname -r)" /run/kmod/lib/modules/
for module in veth inet_diag tcp_diag udp_diag raw_diag unix_diag ipv6; do modprobe -d /run/kmod "$module" 2>/dev/null; done
ip link set lo up
cd /run/folder || exit
sh -e /run/exchange/command >/run/exchange/stdout 2>/run/exchange/stderr </dev/null
echo $? >/run/exchange/status
sync
# As poweroff(8) does: reboot(2), LINUX_REBOOT_CMD_POWER_OFF.
python3 -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)'
