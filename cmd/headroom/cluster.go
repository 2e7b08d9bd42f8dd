package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"headroom/sim/batch/jetstream"
)

// Environment variables that say what should not stand in a command line, where
// every user of the machine can read it.
const (
	serverVariable = "HEADROOM_NATS"       // URL, which may have credentials
	tokenVariable  = "HEADROOM_NATS_TOKEN" // of the server
)

// orVariable is said of --nats where the environment may have the URL.
const orVariable = " (or " + serverVariable + ")"

// clusterFlags say which server carries the work.
type clusterFlags struct {
	server      string
	listen      string
	insecure    bool
	tokenFile   string
	credentials string
	authorities string
	certificate string
	key         string
	wait        time.Duration
	open        bool   // the command line has credentials
	dir         string // of the files beside which a server in this process keeps its own
	made        bool   // the token of that server, by this process
}

// usualWait is how long to try to reach a server.
const usualWait = 5 * time.Second

// add adds the flags of a server that others run; instead is what says its URL
// without --nats.
func (f *clusterFlags) add(c *cobra.Command, instead string) {
	c.Flags().DurationVar(&f.wait, "wait", usualWait, "how long to wait for the server of --nats at the beginning")
	c.Flags().StringVar(&f.server, "nats", "", "`URL` of a NATS server with JetStream, such as nats://host:4222"+instead)
	c.Flags().StringVar(&f.tokenFile, "nats-token-file", "", "`file` with the token of the server, for this user alone to read (or "+tokenVariable+")")
	c.Flags().StringVar(&f.credentials, "nats-creds", "", "`file` of NATS credentials")
	c.Flags().StringVar(&f.authorities, "nats-ca", "", "`file` of certificates by which the other side is checked")
	c.Flags().StringVar(&f.certificate, "nats-cert", "", "`file` of the certificate of this side")
	c.Flags().StringVar(&f.key, "nats-key", "", "`file` of its key")
}

// addServer adds the flags of a server of one's own.
func (f *clusterFlags) addServer(c *cobra.Command) {
	c.Flags().StringVar(&f.listen, "listen", "", "run a server in this process at `host:port`, for `headroom worker`; beyond this machine it needs a certificate")
	c.Flags().BoolVar(&f.insecure, "insecure", false, "--listen without a certificate: the network is trusted")
}

// optionFlags are the flags by the options that they set.
var optionFlags = map[string]string{
	"url": "--nats", "listen": "--listen", "insecure": "--insecure", "dir": "--out", "token": "--nats-token-file",
	"credentials": "--nats-creds", "ca": "--nats-ca", "certificate": "--nats-cert",
}

// options returns what the flags and the environment say.
func (f *clusterFlags) options() (jetstream.Options, error) {
	o := jetstream.Options{
		URL: f.server, Listen: f.listen, Insecure: f.insecure, TokenFile: f.tokenFile,
		Credentials: f.credentials, CA: f.authorities, Certificate: f.certificate, Key: f.key, Patience: f.wait,
	}
	if f.wait <= 0 {
		return o, badInput(fmt.Errorf("--wait: must be above 0, got %v", f.wait))
	}
	if f.tokenFile == "" {
		o.Token = os.Getenv(tokenVariable)
	}
	if f.open {
		complain("--nats has a password or a token, and every user of this machine can read it in the list of processes: " +
			"put it into --nats-token-file or " + tokenVariable)
	}
	return o, nil
}

// check refuses flags that could do nothing.
func (f *clusterFlags) check() error {
	switch {
	case f.server == "" && f.wait != usualWait:
		return errors.New("--wait: needs --nats, a server to wait for")
	case !f.distributed() && *f != clusterFlags{wait: usualWait}:
		return errors.New("--nats-token-file, --nats-creds, --nats-ca, --nats-cert, --nats-key and --insecure: need --nats or --listen")
	}
	return nil
}

// shown notes whether a command line tells everybody how to get in.
func (f *clusterFlags) shown() { f.open = strings.Contains(f.server, "@") }

// connect reaches the server of --nats, which must be given here or in the
// environment.
func (f *clusterFlags) connect(ctx context.Context, name string) (*jetstream.Cluster, error) {
	f.shown()
	if f.server == "" {
		f.server = os.Getenv(serverVariable)
	}
	if f.server == "" {
		return nil, badInput(errors.New("--nats: is required: the URL of the server, as `headroom sweep --listen` prints it"))
	}
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	o.Name, o.Log = name, complain
	return openCluster(ctx, o)
}

// openCluster blames flags for what is wrong with them. Nothing was run yet.
func openCluster(ctx context.Context, o jetstream.Options) (*jetstream.Cluster, error) {
	c, err := jetstream.Open(ctx, o)
	if err == nil {
		return c, nil
	}
	if ctx.Err() != nil {
		return nil, halted(ctx, "nothing was run")
	}
	if away := (*jetstream.Unreachable)(nil); errors.As(err, &away) {
		return nil, fmt.Errorf("--nats: %w", err) // another time it may be there
	}
	if fault := (*jetstream.Fault)(nil); errors.As(err, &fault) {
		return nil, badInput(fmt.Errorf("%s: %s", optionFlags[fault.Option], fault.Rule))
	}
	if o.URL == "" {
		return nil, badInput(fmt.Errorf("--listen: %w", err))
	}
	return nil, badInput(fmt.Errorf("--nats: %w", err))
}

// complain tells what a person would want to know.
func complain(text string) { fmt.Fprintln(os.Stderr, printable("headroom: "+text)) }
