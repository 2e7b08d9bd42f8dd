package jetstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// What is larger than partSize is sent in parts. The usual max_payload of a server
// is 1 MiB; partSlack is for the subject and the headers.
const (
	partSize  = 512 << 10
	partSlack = 8 << 10
)

// mostParts bounds what is put together again: 512 MiB.
const mostParts = 1024

// partsHeader tells on part 0 how many there are.
const partsHeader = "Headroom-Parts"

// textPerSubject is how a server refuses a message whose subject has one.
const textPerSubject = "maximum messages per subject exceeded"

// errExists says that a subject has its message already: the first write wins.
var errExists = errors.New("jetstream: exists")

// publish stores one message.
func (c *Cluster) publish(ctx context.Context, m *nats.Msg) error {
	_, err := c.js.PublishMsg(ctx, m)
	var api *jetstream.APIError
	if errors.As(err, &api) && strings.Contains(api.Description, textPerSubject) {
		return errExists
	}
	return err
}

// errFull is the error of a server that has had no room for too long.
var errFull = errors.New("nothing was stored for too long")

// noRoom tells whether a server has refused a message for want of space.
func noRoom(err error) bool {
	var api *jetstream.APIError
	if !errors.As(err, &api) {
		return false
	}
	switch api.ErrorCode {
	case 10002, 10023, 10047, 10077: // limits of the account, insufficient resources, of storage; store failed
		return true
	}
	return strings.Contains(api.Description, "no space left")
}

// putBlob stores bytes at subject.0, subject.1 and so on; part 0 comes last, so
// that who finds it finds the others. Parts that exist are those of equal bytes.
func (c *Cluster) putBlob(ctx context.Context, subject string, b []byte) error {
	parts := max(1, (len(b)+partSize-1)/partSize)
	for i := parts - 1; i >= 0; i-- {
		m := nats.NewMsg(subject + "." + strconv.Itoa(i))
		m.Data = b[i*partSize : min((i+1)*partSize, len(b))]
		if i == 0 {
			m.Header.Set(partsHeader, strconv.Itoa(parts))
		}
		if err := c.publish(ctx, m); err != nil && (i == 0 || !errors.Is(err, errExists)) {
			return err
		}
	}
	return nil
}

// errParts is the error of a message that begins nothing.
var errParts = errors.New("it has no number of parts, or one that cannot be")

// getBlob completes what part 0 begins.
func getBlob(ctx context.Context, s jetstream.Stream, subject string, header nats.Header, first []byte) ([]byte, error) {
	parts, err := strconv.Atoi(header.Get(partsHeader))
	if err != nil || parts < 1 || parts > mostParts {
		return nil, errParts
	}
	b := slices.Clip(first)
	for i := 1; i < parts; i++ {
		m, err := s.GetLastMsgForSubject(ctx, subject+"."+strconv.Itoa(i))
		if err != nil {
			return nil, fmt.Errorf("reading %s.%d: %w", subject, i, err)
		}
		b = append(b, m.Data...)
	}
	return b, nil
}
