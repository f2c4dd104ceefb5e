package e2e_test

import (
	"testing"

	"lucarne/app/apptest"
)

func checkAgainstDocument(testing.TB, apptest.Exchange) {}
