// Lucarne is a federated platform for video, live and chat: one program.
package main

import (
	"os"

	"lucarne/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Environ(), os.Stdout, os.Stderr)) }
