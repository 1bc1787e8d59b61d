using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pharos.Contracts;
using Xunit;

namespace Pharos.Api.Tests;

public sealed class OpenApiTests : IAsyncLifetime
{
    private readonly Server _server = new();

    [Fact]
    public async Task The_document_lists_exactly_the_endpoints_that_are_there()
    {
        var paths = (await Document()).GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Where(m => m.Name != "parameters").Select(m => (m.Name, p.Name))).Order();
        Assert.Equal(_server.Mapped.Order(), paths);
    }

    [Fact]
    public async Task Its_schemas_have_the_names_that_go_over_the_wire_and_what_must_be_there_is_required()
    {
        JsonTypeInfo[] types =
        [
            ContractsJson.Default.StartRequest, ContractsJson.Default.InstanceView, ContractsJson.Default.AppView, ContractsJson.Default.EventView, ContractsJson.Default.DaemonView,
            ContractsJson.Default.ProblemView, ContractsJson.Default.SavedView, ContractsJson.Default.LogLineView, ContractsJson.Default.LogStreamView, ContractsJson.Default.LogStartView, ContractsJson.Default.ExitView,
            ContractsJson.Default.ApplyRequest, ContractsJson.Default.PlanView, ContractsJson.Default.AppPlanView,
            ContractsJson.Default.ProbeRequest, ContractsJson.Default.DependencyRequest, ContractsJson.Default.ListenRequest, ContractsJson.Default.WatchRequest, ContractsJson.Default.ScheduleRequest,
            ContractsJson.Default.UpdateRequest, ContractsJson.Default.UpdateView,
            ContractsJson.Default.ResurrectView, ContractsJson.Default.ResurrectedView,
            ContractsJson.Default.ReloadRequest, ContractsJson.Default.SentView, ContractsJson.Default.ActionRequest, ContractsJson.Default.ActionView, ContractsJson.Default.AppActionView, ContractsJson.Default.MessageView,
            ContractsJson.Default.JobView, ContractsJson.Default.RunView,
            ContractsJson.Default.OtelView, ContractsJson.Default.OtelDestinationView, ContractsJson.Default.OtelSignalView, ContractsJson.Default.OtelTestView, ContractsJson.Default.OtelTestResultView,
        ];
        var schemas = (await Document()).GetProperty("components").GetProperty("schemas").EnumerateObject().ToDictionary(s => s.Name, s => s.Value);
        Assert.Equal(types.Select(t => t.Type.Name).Order(), schemas.Keys.Order());
        foreach (var type in types)
        {
            var schema = schemas[type.Type.Name];
            Assert.Equal(type.Properties.Select(p => p.Name).Order(), schema.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order());
            var required = schema.GetProperty("required").EnumerateArray().Select(r => r.GetString()).ToHashSet();
            Assert.All(type.Properties.Where(p => p.IsRequired), p => Assert.Contains(p.Name, required));
        }
    }

    public Task InitializeAsync() => _server.InitializeAsync();

    public Task DisposeAsync() => _server.DisposeAsync();

    private async Task<JsonElement> Document() => JsonDocument.Parse((await _server.Ask("GET", "/openapi.json")).Body).RootElement;
}
