using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Tornadose.SignalR;
using Xunit;

namespace AppHost.Tests;

/// <summary>Starts Redis and both nodes as a developer does with <c>dotnet run</c>.</summary>
public sealed class AppHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Apart from the ports that the other tests use at the same time.</summary>
    private static readonly string[] Ports = ["--ASPIRE_PROXYLESS_ENDPOINT_PORT_RANGE=30000-32767"];

    [Fact]
    public async Task AppHost_PublishOnOneNode_IsReadOnTheOtherAndSeenByHealthAndInspector()
    {
        var stop = TestContext.Current.CancellationToken;
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(Ports, stop).WaitAsync(Patience, stop);
        await using var app = await builder.BuildAsync(stop).WaitAsync(Patience, stop);
        await app.StartAsync(stop).WaitAsync(Patience, stop);
        foreach (var node in new[] { "left", "right" })
            await app.ResourceNotifications.WaitForResourceHealthyAsync(node, stop).WaitAsync(Patience, stop);

        using var left = new TornadoseClient(Stores(app, "left"));
        using var right = new TornadoseClient(Stores(app, "right"));
        await using var read = right.ReadAllAsync("notes", StartAt.Earliest, stop).GetAsyncEnumerator(stop);
        var published = await left.PublishAsync("notes", "hello from the left", cancellationToken: stop).WaitAsync(Patience, stop);
        Assert.True(await read.MoveNextAsync().AsTask().WaitAsync(Patience, stop));
        Assert.Equal((published, "hello from the left"), (read.Current.Id, read.Current.GetText()));

        using var http = app.CreateHttpClient("left", "http");
        await AnswersAsync("Healthy", async () => await (await http.GetAsync("health/ready", stop)).Content.ReadAsStringAsync(stop));
        Assert.Equal(["/stores/_inspect"], InspectorLinks(app, "left"));
        await AnswersAsync(2, async () =>
            (await http.GetFromJsonAsync<JsonElement>("stores/_inspect", stop)).GetProperty("nodes").GetArrayLength());
    }

    /// <summary>
    /// Asks again until the answer is the right one: the health check and the inspector wait for a node for a few seconds at most, and a
    /// busy one may need longer.
    /// </summary>
    private static async Task AnswersAsync<T>(T expected, Func<Task<T>> ask)
    {
        var began = TimeProvider.System.GetTimestamp();
        var answer = await ask();
        while (!Equals(answer, expected) && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            await Task.Delay(100, TestContext.Current.CancellationToken);
            answer = await ask();
        }

        Assert.Equal(expected, answer);
    }

    private static Uri Stores(DistributedApplication app, string node) => new(app.GetEndpoint(node, "http"), "stores");

    private static IEnumerable<string> InspectorLinks(DistributedApplication app, string node)
    {
        Assert.True(app.ResourceNotifications.TryGetCurrentState(node, out var current));
        return current.Snapshot.Urls.Where(static url => url.DisplayProperties.DisplayName == "inspector")
            .Select(static url => new Uri(url.Url).AbsolutePath);
    }
}
