using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.DirectSending;

/// <summary>Streams of stores on connections that send directly.</summary>
public sealed class DirectSendStreamTests
{
    private const int Messages = 300;

    [Theory]
    [InlineData("text/event-stream", "http", "1.1")]
    [InlineData("text/event-stream", "http", "2.0")]
    [InlineData("text/event-stream", "https", "1.1")]
    [InlineData("text/event-stream", "https", "2.0")]
    [InlineData("text/event-stream", "unix", "1.1")]
    [InlineData("application/x-ndjson", "http", "1.1")]
    [InlineData("application/x-ndjson", "https", "2.0")]
    public async Task Stream_EveryEndpoint_SendsDirectlyAndInOrder(string accept, string endpoint, string version)
    {
        await using var host = await DirectSendHost.StartAsync();
        using var client = host.Client(endpoint, version);
        client.DefaultRequestHeaders.Add("Accept", accept);
        using (var body = new StreamReader(await client.GetStreamAsync("/stores/orders").WaitAsync(Eventually.HangTimeout)))
        {
            await host.Test.UntilSubscribersAsync(1);
            var before = host.Buffers.Rented;

            for (var i = 1; i <= Messages; i++)
            {
                await host.Test.OrdersStore().PublishAsync($"<{i}>");
                string? line;
                do
                    line = await body.ReadLineAsync().WaitAsync(Eventually.HangTimeout);
                while (line?.Contains('<', StringComparison.Ordinal) == false && !line.Contains("\\u003C", StringComparison.Ordinal));
                Assert.Contains($"{i}", line, StringComparison.Ordinal);
            }

            // data that follows data still in flight goes behind it, through the queue
            Assert.True(host.Buffers.Rented - before > Messages / 2, "deliveries were not sent directly");
        }

        await AssertNothingLeftAsync(host);
    }

    [Theory]
    [InlineData("http")]
    [InlineData("https")]
    public async Task WebSocket_Live_SendsDirectlyAndInOrder(string endpoint)
    {
        await using var host = await DirectSendHost.StartAsync();
        using (var socket = new ClientWebSocket())
        {
            socket.Options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
            var url = new UriBuilder(new Uri(host.Url(endpoint, "1.1"), "/stores/orders")) { Scheme = endpoint == "https" ? "wss" : "ws" };
            await socket.ConnectAsync(url.Uri, CancellationToken.None).WaitAsync(Eventually.HangTimeout);
            await host.Test.UntilSubscribersAsync(1);
            var before = host.Buffers.Rented;
            var buffer = new byte[4096];

            for (var i = 1; i <= Messages; i++)
            {
                await host.Test.OrdersStore().PublishAsync($"m{i}");
                var received = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(Eventually.HangTimeout);
                var message = JsonSerializer.Deserialize<JsonElement>(buffer.AsSpan(0, received.Count));
                Assert.Equal($"m{i}", message.GetProperty("data").GetString());
            }

            // data that follows data still in flight goes behind it, through the queue
            Assert.True(host.Buffers.Rented - before > Messages / 2, "deliveries were not sent directly");
        }

        await AssertNothingLeftAsync(host);
    }

    [Theory]
    [InlineData(HttpTransportType.WebSockets)]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Hub_Live_DeliversInOrder(HttpTransportType transport)
    {
        await using var host = await DirectSendHost.StartAsync();
        await using (var hub = new HubConnectionBuilder().WithUrl(host.Test.Url("/hub"), transport).Build())
        {
            var received = new List<string>();
            var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            hub.On<string, JsonElement>("Message", (_, message) =>
            {
                received.Add(message.GetProperty("data").GetString()!);
                if (received.Count == Messages)
                    all.SetResult();
            });
            await hub.StartAsync().WaitAsync(Eventually.HangTimeout);
            await hub.InvokeAsync<string>("Subscribe", "orders").WaitAsync(Eventually.HangTimeout);
            var before = host.Buffers.Rented;

            await host.Test.OrdersStore().PublishNumberedAsync(Messages);
            await all.Task.WaitAsync(Eventually.HangTimeout);

            Assert.Equal(Enumerable.Range(1, Messages).Select(static i => $"m{i}"), received);
            Assert.Equal(transport != HttpTransportType.LongPolling, host.Buffers.Rented > before);
        }

        await AssertNothingLeftAsync(host);
    }

    [Fact]
    public async Task HubStream_Live_SendsDirectly()
    {
        await using var host = await DirectSendHost.StartAsync();
        await using (var hub = await HubClient.StartAsync(host.Test.Url("/hub")))
        {
            var items = hub.StreamAsync<JsonElement>("Watch", "orders").GetAsyncEnumerator(); // ends with its connection
            var next = items.MoveNextAsync().AsTask();
            await host.Test.UntilSubscribersAsync(1);
            var before = host.Buffers.Rented;
            for (var i = 1; i <= 20; i++)
            {
                await host.Test.OrdersStore().PublishAsync($"m{i}");
                Assert.True(await next.WaitAsync(Eventually.HangTimeout));
                Assert.Equal($"m{i}", items.Current.GetProperty("data").GetString());
                next = items.MoveNextAsync().AsTask();
            }

            Assert.True(host.Buffers.Rented > before);
        }

        await AssertNothingLeftAsync(host);
    }

    /// <summary>Many readers are cut at random moments under load: no subscriber or connection remains, and hardly a buffer.</summary>
    [Fact]
    public async Task Clients_KilledUnderLoad_LeaveNothing()
    {
        await using var host = await DirectSendHost.StartAsync();
        using var connections = new MetricCollector<long>(
            host.Test.Get<IMeterFactory>(), "Microsoft.AspNetCore.Server.Kestrel", "kestrel.active_connections");
        using var stop = new CancellationTokenSource();
        var publishing = PublishAsync(host, stop.Token);
        for (var round = 0; round < 5; round++)
        {
            var readers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => i % 2 == 0
                ? RawHttp.GetAsync(host.Test.Url("/stores/orders"), ("Accept", "text/event-stream"))
                : RawHttp.GetAsync(host.Test.Url("/stores/orders"), [.. RawWs.HandshakeHeaders])));
            await Task.WhenAll(readers.Select(static reader => reader.Connection.FillAsync(CancellationToken.None))).WithTimeout();
            foreach (var reader in readers)
                reader.Abort();
        }

        await stop.CancelAsync();
        await publishing;
        // The server may cut a response between a write and its flush; that buffer is left to the collector. It hardly ever happens.
        await AssertNothingLeftAsync(host, mostLost: 10);
        await Eventually.TrueAsync(() => connections.GetMeasurementSnapshot().Sum(static one => one.Value) == 0);
        Assert.Equal(100, connections.GetMeasurementSnapshot().Count(static one => one.Value == 1));
        Assert.DoesNotContain(host.Test.Logs.GetSnapshot(), static line => line.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Theory]
    [InlineData("text/event-stream")]
    [InlineData("application/x-ndjson")]
    public async Task Reader_Stalled_IsCutAfterTheSendTimeout(string accept)
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        await using var host = await DirectSendHost.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await using var reader = await RawHttp.SendAsync(
            host.Test.Url("/stores/orders"), "GET", [("Accept", accept)], receiveBufferBytes: 4096);
        await using var healthy = await RawSse.OpenAsync(host.Test.Orders());
        await host.Test.UntilSubscribersAsync(2);
        var text = new string('x', 3000);

        await Eventually.TrueAsync(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await host.Test.OrdersStore().PublishAsync(text, cancellationToken: CancellationToken.None);
                Assert.Equal(text, (await healthy.NextAsync()).Data);
            }

            clock.Advance(TimeSpan.FromSeconds(1));
            return host.Test.Subscribers() == 1;
        });

        await Assert.ThrowsAnyAsync<IOException>(reader.ReadToEndAsync);
        await host.Test.OrdersStore().PublishAsync("after");
        Assert.Equal("after", (await healthy.NextAsync()).Data);
    }

    [Fact]
    public async Task Stop_OpenStreams_EndsThemProperly()
    {
        var host = await DirectSendHost.StartAsync();
        var readers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RawSse.OpenAsync(host.Test.Orders())));
        await host.Test.UntilSubscribersAsync(10);
        await host.Test.OrdersStore().PublishNumberedAsync(50);

        foreach (var reader in readers)
            Assert.Equal("m50", (await reader.TakeAsync(50))[^1].Data);

        await host.Test.UntilIdleAsync(); // without a drain window, those that still send are cut
        await host.DisposeAsync();

        foreach (var reader in readers)
        {
            Assert.Null(await reader.NextOrEndAsync()); // throws if the response was cut
            await reader.DisposeAsync();
        }

        Assert.Equal(0, host.Buffers.Out);
    }

    /// <summary>After its stream, a connection is an ordinary one again.</summary>
    [Fact]
    public async Task Connection_StreamHasEnded_SendsOrdinaryResponsesThroughTheQueue()
    {
        await using var host = await DirectSendHost.StartAsync();
        await using var connection = await RawConnection.ConnectAsync(host.Test.Http1);
        await using (var stream = await RawHttp.SendAsync(
            connection, host.Test.Orders(), "GET", [("Accept", "text/event-stream")]))
        {
            await host.Test.UntilSubscribersAsync(1);
            await host.Test.OrdersStore().CompleteAsync("last");
            Assert.Contains("last", await stream.ReadTextAsync(), StringComparison.Ordinal);
            await Eventually.TrueAsync(() => host.Test.Subscribers() == 0);
            var before = host.Buffers.Rented;

            var hello = await RawHttp.SendAsync(connection, host.Test.Url("/hello"), "GET");

            Assert.Equal("hello", Encoding.UTF8.GetString(await hello.ReadAsync()));
            Assert.Equal(before, host.Buffers.Rented);
        }
    }

    private static async Task PublishAsync(DirectSendHost host, CancellationToken stop)
    {
        var text = new string('x', 1000);
        while (!stop.IsCancellationRequested)
        {
            await host.Test.OrdersStore().PublishAsync(text, cancellationToken: CancellationToken.None);
            await Task.Yield();
        }
    }

    private static async Task AssertNothingLeftAsync(DirectSendHost host, int mostLost = 0)
    {
        await host.Test.UntilSubscribersAsync(0);
        await Eventually.TrueAsync(() => host.Buffers.Out <= mostLost);
        Assert.Equal(0, host.Buffers.ReturnedTwice);
    }
}
