"""Is not pickle."""

print("GAI" + "NED")
raise SystemExit(0)
