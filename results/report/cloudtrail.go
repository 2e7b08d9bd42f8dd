package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"headroom/model"
	"headroom/model/cloud"
	"headroom/model/controlplane"
	"headroom/results"
	"headroom/sim"
)

// account is the number of the account that everything here belongs to, which AWS keeps for
// examples.
const account = "123456789012"

// trailRecord is a record of CloudTrail, by the names of its fields (CloudTrail User Guide,
// "CloudTrail record contents").
type trailRecord struct {
	Version    string            `json:"eventVersion"`
	Identity   trailIdentity     `json:"userIdentity"`
	Time       string            `json:"eventTime"`
	Source     string            `json:"eventSource"`
	Name       string            `json:"eventName"`
	Region     string            `json:"awsRegion"`
	Address    string            `json:"sourceIPAddress"`
	Agent      string            `json:"userAgent"`
	Code       string            `json:"errorCode,omitempty"`
	Message    string            `json:"errorMessage,omitempty"`
	Parameters map[string]string `json:"requestParameters"`
	Additional map[string]string `json:"additionalEventData,omitempty"`
	ID         string            `json:"eventID"`
	ReadOnly   bool              `json:"readOnly"`
	Resources  []trailResource   `json:"resources"`
	Type       string            `json:"eventType"`
	Management bool              `json:"managementEvent"`
	Recipient  string            `json:"recipientAccountId"`
	Category   string            `json:"eventCategory"`
}

type trailIdentity struct {
	Type    string `json:"type"`
	ARN     string `json:"arn,omitempty"`
	Account string `json:"accountId,omitempty"`
	User    string `json:"userName,omitempty"`
	By      string `json:"invokedBy,omitempty"`
}

type trailResource struct {
	ARN     string `json:"ARN"`
	Account string `json:"accountId"`
	Type    string `json:"type"`
}

// trailCallers are who callers are to CloudTrail.
var trailCallers = map[controlplane.Caller]trailIdentity{
	controlplane.Operator:         {Type: "IAMUser", ARN: "arn:aws:iam::" + account + ":user/operator", Account: account, User: "operator"},
	controlplane.AutoScaling:      {Type: "AssumedRole", ARN: "arn:aws:sts::" + account + ":assumed-role/AWSServiceRoleForAutoScaling/AutoScaling", Account: account, By: "autoscaling.amazonaws.com"},
	controlplane.EC2:              {Type: "AWSService", By: "ec2.amazonaws.com"},
	controlplane.LifecycleManager: {Type: "AssumedRole", ARN: "arn:aws:sts::" + account + ":assumed-role/AWSDataLifecycleManagerDefaultRole/dlm", Account: account, By: "dlm.amazonaws.com"},
}

// trailKind is what a table of the scenario is to AWS.
type trailKind struct {
	parameter string // of requests, that names it
	kind      string // in CloudFormation's names
	service   string // of its ARN, and
	part      string // what stands before its name there
}

var instanceKind = trailKind{"instanceId", "AWS::EC2::Instance", "ec2", "instance/"}

var targetGroupKind = trailKind{"targetGroupName", "AWS::ElasticLoadBalancingV2::TargetGroup", "elasticloadbalancing", "targetgroup/"}

var trailKinds = map[string]trailKind{
	"autoscaling_group":    {"autoScalingGroupName", "AWS::AutoScaling::AutoScalingGroup", "autoscaling", "autoScalingGroup:autoScalingGroupName/"},
	"container_service":    {"service", "AWS::ECS::Service", "ecs", "service/default/"},
	"instance":             instanceKind,
	"volume":               {"volumeId", "AWS::EC2::Volume", "ec2", "volume/"},
	"snapshot":             {"snapshotId", "AWS::EC2::Snapshot", "ec2", "snapshot/"},
	"snapshot_schedule":    {"policyId", "AWS::DLM::LifecyclePolicy", "dlm", "policy/"},
	"image":                {"imageId", "AWS::EC2::Image", "ec2", "image/"},
	"network_interface":    {"networkInterfaceId", "AWS::EC2::NetworkInterface", "ec2", "network-interface/"},
	"elastic_ip":           {"allocationId", "AWS::EC2::EIP", "ec2", "elastic-ip/"},
	"security_group":       {"groupId", "AWS::EC2::SecurityGroup", "ec2", "security-group/"},
	"dedicated_host":       {"hostId", "AWS::EC2::Host", "ec2", "dedicated-host/"},
	"capacity_reservation": {"capacityReservationId", "AWS::EC2::CapacityReservation", "ec2", "capacity-reservation/"},
	"file_system":          {"fileSystemId", "AWS::EFS::FileSystem", "elasticfilesystem", "file-system/"},
	"load_balancer":        {"loadBalancerName", "AWS::ElasticLoadBalancingV2::LoadBalancer", "elasticloadbalancing", "loadbalancer/app/"},
}

// writeTrail writes the calls of the control plane in replication 0 as CloudTrail records
// them, one a line. Its time is UTC.
func writeTrail(w io.Writer, s *results.Summary) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	for i := range s.Activities {
		a := &s.Activities[i]
		call, ok := a.Call()
		if !ok {
			continue
		}
		if err := lines.Encode(recordOf(s, i, &call)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// recordOf is the record of an activity, which was a call.
func recordOf(s *results.Summary, i int, call *controlplane.Call) *trailRecord {
	a := &s.Activities[i]
	who := trailCallers[a.By]
	r := &trailRecord{
		Version: "1.11", Identity: who, Source: call.Source, Name: call.Name, Region: s.Config.RegionName(regionOf(s.Config, a.Subject)),
		Time: s.Config.Calendar(a.At).UTC().Format(time.RFC3339), Code: call.Code, Message: call.Message,
		Address: who.By, Agent: who.By, Parameters: map[string]string{}, ID: eventID(uint64(s.Config.Seed), i, a.At),
		Type: "AwsApiCall", Management: true, Recipient: account, Category: "Management",
	}
	switch {
	case a.By == controlplane.Operator:
		r.Address, r.Agent = "192.0.2.1", "headroom" // TEST-NET-1: nobody's
	case a.By == controlplane.EC2:
		r.Type = "AwsServiceEvent"
	}
	r.about(a)
	if a.Group > 0 {
		r.adds(targetGroupKind, s.Config.TargetGroups[a.Group-1].Name, r.Region)
	}
	if call.Code == "" {
		r.Additional = map[string]string{}
		for key, value := range map[string]string{"detail": a.Detail, "cause": a.Cause} {
			if value != "" {
				r.Additional[key] = value
			}
		}
	}
	return r
}

// regionOf returns in which Region something is, by its table and name: who calls asks the
// services there.
func regionOf(cfg *cloud.Config, subject string) int {
	if cfg.Regions == nil {
		return 0
	}
	in := func(name string, zones ...model.Zone) (int, bool) {
		if name != subject || len(zones) == 0 {
			return 0, false
		}
		return cfg.RegionOf(zones[0]), true
	}
	for i := range cfg.Groups {
		if r, ok := in(cfg.Groups[i].Path(), cfg.Groups[i].Zones...); ok {
			return r
		}
	}
	for i := range cfg.Instances {
		if r, ok := in("instance."+cfg.Instances[i].Name, cfg.Instances[i].Zones...); ok {
			return r
		}
	}
	for i := range cfg.LoadBalancers {
		if r, ok := in("load_balancer."+cfg.LoadBalancers[i].Name, cfg.LoadBalancers[i].Zones...); ok {
			return r
		}
	}
	for i := range cfg.Volumes {
		if r, ok := in("volume."+cfg.Volumes[i].Name, cfg.Volumes[i].Zone); ok {
			return r
		}
	}
	for i := range cfg.DedicatedHosts {
		if r, ok := in("dedicated_host."+cfg.DedicatedHosts[i].Name, cfg.DedicatedHosts[i].Zone); ok {
			return r
		}
	}
	for i := range cfg.FileSystems {
		if r, ok := in("file_system."+cfg.FileSystems[i].Name, cfg.FileSystems[i].Targets...); ok {
			return r
		}
	}
	return 0
}

// about says what a call was about: the table of its subject, and the instance.
func (r *trailRecord) about(a *controlplane.Activity) {
	table, name, _ := strings.Cut(a.Subject, ".")
	if a.Instance >= 0 {
		r.adds(instanceKind, fmt.Sprintf("i-%017x", a.Instance), r.Region)
	} else if table == "instance" {
		r.Parameters["name"] = name
	}
	switch kind, known := trailKinds[table]; {
	case table == "instance":
	case known:
		r.adds(kind, name, r.Region)
	default: // a commitment
		r.Parameters["name"] = a.Subject
	}
}

func (r *trailRecord) adds(k trailKind, name, region string) {
	r.Parameters[k.parameter] = name
	r.Resources = append(r.Resources, trailResource{
		ARN: "arn:aws:" + k.service + ":" + region + ":" + account + ":" + k.part + name, Account: account, Type: k.kind,
	})
}

// eventID is a number of an event that is the same whenever the run is.
func eventID(seed uint64, i int, at sim.Time) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d/%d/%d", seed, i, at))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80 // a UUID of version 8, of its own making
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
