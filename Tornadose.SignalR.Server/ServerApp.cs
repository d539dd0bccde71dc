using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;

namespace Tornadose.SignalR.Server;

/// <summary>The application: the configured stores, on the paths that <c>docs/server.md</c> lists.</summary>
internal static class ServerApp
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory, // the program may be started from any directory
        });
        var options = ServerOptions.Read(builder.Configuration.GetSection(ServerOptions.Section));
        builder.Services.AddStores(options);
        builder.Services.AddApiKeys(options);
        builder.Services.AddHealthChecks().AddTornadose();
        builder.Services.AddOpenTelemetry().WithMetrics(static metrics => metrics.AddMeter("Tornadose.SignalR").AddPrometheusExporter());

        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapStores("/stores");
        app.MapStorePublishing("/stores").RequireAuthorization();
        app.MapStoreHub("/hubs/stores");
        app.MapStoreInspector("/stores/_inspect").RequireAuthorization(ApiKeyPolicies.Operator);
        app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = static check => check.Tags.Contains("ready") });
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = static _ => false });
        app.MapPrometheusScrapingEndpoint("/metrics");
        return app;
    }
}
