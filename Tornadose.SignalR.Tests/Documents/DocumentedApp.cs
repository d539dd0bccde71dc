using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Documents;

/// <summary>An application with the stores that the documents' requests use.</summary>
internal static class DocumentedApp
{
    private const string Documented = "localhost:5000";

    /// <summary>Sends a documented request; an error status is a failure.</summary>
    public static async Task CurlAsync(string command)
    {
        const int TimedOut = 28; // a stream continues until curl times out
        // A long poll is not answered before there is a message, or the store no longer has the one that it continues after.
        var waits = command.Contains("?wait=", StringComparison.Ordinal) && !command.Contains("after=", StringComparison.Ordinal);
        var (code, output, isAnswered) = (0, "", false);
        foreach (var seconds in (int[])[1, 10, 60])
        {
            if (isAnswered)
                break;
            await using var host = await StartAsync(); // a new one: the request may have changed the other
            (code, output) = await RunAsync(
                command.Replace(Documented, $"127.0.0.1:{host.Http1.Port}", StringComparison.Ordinal).Replace(
                    "curl ", $"curl --silent --show-error --fail -w '%{{stderr}}[%{{http_code}}]' --max-time {seconds} ",
                    StringComparison.Ordinal));
            isAnswered = waits || !output.Contains("[000]", StringComparison.Ordinal);
        }

        Assert.True(isAnswered && code is 0 or TimedOut, $"{command}\n{code} {output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string script)
    {
        var start = new ProcessStartInfo("bash", ["-o", "pipefail", "-c", script])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync()).WithTimeout();
        await process.WaitForExitAsync().WithTimeout();
        return (process.ExitCode, string.Join('\n', output));
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
