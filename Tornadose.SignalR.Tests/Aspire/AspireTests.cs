using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Aspire;

public sealed class AspireTests
{
    [Fact]
    public async Task AddTornadose_ConnectionName_SharesStoresAndTellsHealth()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var left = await StartAsync(("ConnectionStrings:redis", redis.ConnectionString));
        await using var right = await StartAsync(("ConnectionStrings:redis", redis.ConnectionString));
        var published = await Orders(left).PublishAsync("tea");
        await using var read = Orders(right).ReadAllAsync(StartAt.Earliest).GetAsyncEnumerator();
        Assert.True(await read.MoveNextAsync().AsTask().WithTimeout());
        Assert.Equal(published, read.Current.Position);
        await Eventually.TrueAsync(async () =>
            (await left.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status == HealthStatus.Healthy);
    }

    [Theory]
    [InlineData("a:1", "b:2", "c:3", "a:1")]
    [InlineData(null, "b:2", "c:3", "c:3")]
    [InlineData(null, "b:2", null, "b:2")]
    public void AddTornadose_ConnectionString_IsThatWithTheNameThenTheOneOfTheNarrowerSection(
        string? connectionString, string? section, string? named, string expected)
    {
        var builder = Builder(
            ("ConnectionStrings:cache", connectionString), ("Aspire:Tornadose:SignalR:ConnectionString", section),
            ("Aspire:Tornadose:SignalR:cache:ConnectionString", named));
        string? seen = null;
        builder.AddTornadose("cache", configureOptions: options => seen = options.EndPoints.Single().ToString());
        Assert.EndsWith(expected, seen, StringComparison.Ordinal);
    }

    [Fact]
    public void AddTornadose_SettingsInCode_RunAfterTheConfiguration()
    {
        var builder = Builder(("ConnectionStrings:redis", "a:1"));
        string? before = null;
        builder.AddTornadose(
            "redis", settings => (before, settings.ConnectionString) = (settings.ConnectionString, "redis://b:2"),
            options => Assert.EndsWith("b:2", options.EndPoints.Single().ToString(), StringComparison.Ordinal));
        Assert.Equal("a:1", before);
    }

    [Fact]
    public void AddTornadose_NoConnectionString_SaysWhereItIsLookedFor()
    {
        var exception = Assert.Throws<InvalidOperationException>(() => Builder().AddTornadose("cache"));
        Assert.Contains("ConnectionStrings:cache", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Aspire:Tornadose:SignalR:ConnectionString", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, true, true, true)]
    [InlineData("DisableHealthChecks", false, true, true)]
    [InlineData("DisableMetrics", true, false, true)]
    [InlineData("DisableTracing", true, true, false)]
    public async Task AddTornadose_Telemetry_IsRegisteredUnlessDisabled(string? disabled, bool health, bool metrics, bool traces)
    {
        var (measured, traced) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        var builder = Builder(
            ("ConnectionStrings:redis", "127.0.0.1:1,connectTimeout=100"), ($"Aspire:Tornadose:SignalR:{disabled ?? "none"}", "true"));
        builder.AddTornadose("redis").AddQueueStore("orders");
        builder.Services.AddOpenTelemetry()
            .WithMetrics(meters => meters.AddView(instrument =>
            {
                measured.Add(instrument.Meter.Name);
                return null;
            }))
            .WithTracing(sources => sources.AddProcessor(new SimpleActivityExportProcessor(new Exporter(traced))));
        await using var app = builder.Build();
        _ = (app.Services.GetRequiredService<MeterProvider>(), app.Services.GetRequiredService<TracerProvider>());
        // A process-wide source: the name distinguishes it from activities of other tests.
        using var source = new ActivitySource("Tornadose.SignalR");
        var name = $"publish {Guid.NewGuid()}";
        source.StartActivity(name)?.Dispose();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => Orders(app).PublishAsync("nobody answers").AsTask()).WithTimeout();
        var checks = app.Services.GetService<IOptions<HealthCheckServiceOptions>>()?.Value.Registrations
            .Select(static check => check.Name);
        Assert.Equal(
            (health, metrics, traces),
            (checks?.Contains("tornadose") ?? false, measured.Contains("Tornadose.SignalR"), traced.Contains(name)));
    }

    [Fact]
    public void ConfigurationSchema_Settings_AreAllThereWithTheirTypesAndDefaults()
    {
        var schema = JsonElement.Parse(File.ReadAllBytes(Repository.File("Tornadose.SignalR.Aspire/ConfigurationSchema.json")));
        var described = schema.GetProperty("definitions").GetProperty("tornadoseSettings").GetProperty("properties");
        var settings = new TornadoseSettings();
        Assert.Equal(
            typeof(TornadoseSettings).GetProperties().Select(property => (property.Name, Json(property.GetValue(settings)))).Order(),
            described.EnumerateObject().Select(static property => (property.Name, Default(property.Value))).Order());
        Assert.All(
            described.EnumerateObject(), static property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!));
        Assert.True(schema.GetProperty("properties").GetProperty("Aspire").GetProperty("properties").GetProperty("Tornadose")
            .GetProperty("properties").TryGetProperty("SignalR", out _));
    }

    private static string Default(JsonElement property) =>
        property.GetProperty("type").GetString() == "boolean" ? property.GetProperty("default").GetRawText() : "null";

    private static string Json(object? value) => JsonSerializer.Serialize(value);

    private static IStore Orders(WebApplication app) => app.Services.GetRequiredKeyedService<IStore>("orders");

    private static async Task<WebApplication> StartAsync(params (string Key, string? Value)[] settings)
    {
        var builder = Builder(settings);
        builder.AddTornadose("redis").AddQueueStore("orders");
        var app = builder.Build();
        await app.StartAsync();
        return app;
    }

    private static WebApplicationBuilder Builder(params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(settings.Where(static setting => setting.Value is not null)
            .Select(static setting => KeyValuePair.Create(setting.Key, setting.Value)));
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        return builder;
    }

    private sealed class Exporter(ConcurrentBag<string> names) : BaseExporter<Activity>
    {
        public override ExportResult Export(in Batch<Activity> batch)
        {
            foreach (var activity in batch)
                names.Add(activity.DisplayName);
            return ExportResult.Success;
        }
    }
}
