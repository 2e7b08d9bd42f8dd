package main

import (
	"io"
	"testing"
)

// A command that is made alone is the one that is made among all, under the name by which it is found.
func TestCommandsAreMadeAloneAsAmongAll(t *testing.T) {
	for _, of := range commands {
		among, _, err := newRoot(io.Discard).Find([]string{of.name})
		if err != nil || among.Name() != of.name {
			t.Errorf("%s: found %v, %v", of.name, among.Name(), err)
			continue
		}
		root := rootOf(io.Discard, []string{of.name, "--help"})
		alone, _, err := root.Find([]string{of.name})
		if err != nil || alone.Name() != of.name || alone.UsageString() != among.UsageString() || alone.Long != among.Long {
			t.Errorf("%s: alone it is %v, %v", of.name, alone.UsageString(), err)
		}
		if n := len(root.Commands()); n != 1 && of.name != nameOfManual {
			t.Errorf("%s: %d commands are made, want 1", of.name, n)
		}
	}
	for _, args := range [][]string{nil, {"help", "run"}, {"--version"}, {"rnu"}, {"__complete", "run", "--"}, {"man", "dir"}} {
		if n := len(rootOf(io.Discard, args).Commands()); n != len(commands) {
			t.Errorf("%v: %d commands, want all %d", args, n, len(commands))
		}
	}
}
