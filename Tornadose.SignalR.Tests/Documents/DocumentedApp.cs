using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>An application with the stores that the documents' requests use.</summary>
internal static class DocumentedApp
{
    private const string Documented = "localhost:5000";

    // A stream continues until curl times out.
    private static readonly int[] Fine = [0, 28];

    /// <summary>Sends a documented request; an error status is a failure.</summary>
    public static async Task CurlAsync(string command)
    {
        await using var host = await StartAsync();
        var here = command.Replace(Documented, $"127.0.0.1:{host.Http1.Port}", StringComparison.Ordinal)
            .Replace("curl ", "curl --silent --show-error --fail --max-time 1 ", StringComparison.Ordinal);
        using var process = Process.Start(
            new ProcessStartInfo("bash", ["-o", "pipefail", "-c", here]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var output = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync()).WithTimeout();
        await process.WaitForExitAsync().WithTimeout();
        Assert.True(Fine.Contains(process.ExitCode), $"{command}\n{process.ExitCode} {string.Join('\n', output)}");
    }

    private static Task<TestHost> StartAsync() => TestHost.StartAsync(
        builder =>
        {
            builder.Services.AddHealthChecks().AddTornadose();
            builder.Services.AddTornadose(options => options.DrainWindow = TimeSpan.Zero)
                .AddDocumentedFormat().AddQueueStore("orders").AddKeyedStore("devices").AddQueueStore("notes")
                .AddQueueStore("devices/{id}").AddDataStore("weather").AddDataStore("cpu");
        },
        app =>
        {
            app.MapStores("/stores");
            app.MapStorePublishing("/stores").AllowAnonymous();
            app.MapStoreInspector("/stores/_inspect").AllowAnonymous();
            app.MapHealthChecks("/health");
            app.MapPost(
                "/order",
                async ([FromKeyedServices("orders")] IStore orders, Order order) => (await orders.PublishAsync(order)).ToString());
        });

    private sealed record Order(string Item, int Count);
}
