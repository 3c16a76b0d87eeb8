#!/bin/bash
dnf install -y postgresql15-server
postgresql-setup --initdb
systemctl enable --now postgresql
sudo -u postgres psql -c "ALTER USER postgres PASSWORD '${password}'"
