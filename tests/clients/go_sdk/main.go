// A small program on the Azure SDK for Go: signs in, then takes the steps it is told.
//
//	go_sdk secret|password|device STEP...      STEP: list, create:NAME, delete:NAME,
//	                                           deploy:NAME, validate:NAME, whatif:NAME
//
// One line of JSON for each step on standard output; exit status 1 where one failed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources"
)

const azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

type said struct {
	Step    string `json:"step"`
	Value   any    `json:"value,omitempty"`
	Error   string `json:"error,omitempty"`
	Message string `json:"message,omitempty"`
}

func signIn(way string) (azcore.TokenCredential, error) {
	tenant := os.Getenv("AZURE_TENANT_ID")
	switch way {
	case "secret":
		return azidentity.NewClientSecretCredential(tenant, os.Getenv("AZURE_CLIENT_ID"),
			os.Getenv("AZURE_CLIENT_SECRET"), nil)
	case "password":
		return azidentity.NewUsernamePasswordCredential(tenant, azureCLI,
			os.Getenv("AZURE_USERNAME"), os.Getenv("AZURE_PASSWORD"), nil)
	default:
		return azidentity.NewDeviceCodeCredential(&azidentity.DeviceCodeCredentialOptions{
			TenantID: tenant, ClientID: azureCLI,
			UserPrompt: func(_ context.Context, message azidentity.DeviceCodeMessage) error {
				fmt.Fprintln(os.Stderr, message.Message)
				return nil
			}})
	}
}

func take(client *armresources.ResourceGroupsClient, step, name string) (any, error) {
	ctx := context.Background()
	switch step {
	case "list":
		names := []string{}
		for pager := client.NewListPager(nil); pager.More(); {
			page, err := pager.NextPage(ctx)
			if err != nil {
				return nil, err
			}
			for _, group := range page.Value {
				names = append(names, *group.Name)
			}
		}
		return names, nil
	case "create":
		made, err := client.CreateOrUpdate(ctx, name,
			armresources.ResourceGroup{Location: to.Ptr("westeurope")}, nil)
		if err != nil {
			return nil, err
		}
		return *made.Name, nil
	default:
		poller, err := client.BeginDelete(ctx, name, nil)
		if err == nil {
			_, err = poller.PollUntilDone(ctx, nil)
		}
		return nil, err
	}
}

// deploy creates, validates or previews a deployment of one resource into group g.
func deploy(client *armresources.DeploymentsClient, step, name string) (any, error) {
	ctx := context.Background()
	template := map[string]any{
		"$schema":        "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
		"contentVersion": "1.0.0.0",
		"resources": []map[string]any{{"type": "Microsoft.Demo/things", "apiVersion": "2024-01-01",
			"name": "t", "location": "westeurope"}}}
	properties := &armresources.DeploymentProperties{
		Mode: to.Ptr(armresources.DeploymentModeIncremental), Template: template}
	switch step {
	case "validate":
		poller, err := client.BeginValidate(ctx, "g", name, armresources.Deployment{Properties: properties}, nil)
		if err == nil {
			_, err = poller.PollUntilDone(ctx, nil)
		}
		return nil, err
	case "whatif":
		poller, err := client.BeginWhatIf(ctx, "g", name, armresources.DeploymentWhatIf{
			Properties: &armresources.DeploymentWhatIfProperties{
				Mode: properties.Mode, Template: template}}, nil)
		if err == nil {
			_, err = poller.PollUntilDone(ctx, nil)
		}
		return nil, err
	default:
		poller, err := client.BeginCreateOrUpdate(ctx, "g", name, armresources.Deployment{Properties: properties}, nil)
		if err != nil {
			return nil, err
		}
		made, err := poller.PollUntilDone(ctx, nil)
		if err != nil {
			return nil, err
		}
		return *made.Name, nil
	}
}

func main() {
	credential, err := signIn(os.Args[1])
	var client *armresources.ResourceGroupsClient
	var deployments *armresources.DeploymentsClient
	if err == nil {
		deployments, err = armresources.NewDeploymentsClient(os.Getenv("AZURE_SUBSCRIPTION_ID"),
			credential, nil)
	}
	if err == nil {
		client, err = armresources.NewResourceGroupsClient(os.Getenv("AZURE_SUBSCRIPTION_ID"),
			credential, nil)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	status := 0
	for _, argument := range os.Args[2:] {
		step, name, _ := strings.Cut(argument, ":")
		var value any
		switch step {
		case "deploy", "validate", "whatif":
			value, err = deploy(deployments, step, name)
		default:
			value, err = take(client, step, name)
		}
		line := said{Step: argument, Value: value}
		if err != nil {
			status = 1
			line.Error, line.Message = fmt.Sprintf("%T", err), err.Error()
		}
		_ = json.NewEncoder(os.Stdout).Encode(line)
	}
	os.Exit(status)
}
