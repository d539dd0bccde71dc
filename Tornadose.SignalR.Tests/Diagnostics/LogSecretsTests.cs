using System.Text;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Diagnostics;

/// <summary>Data that must not be in a log: published data, and credentials.</summary>
public sealed class LogSecretsTests
{
    private const string Payload = "s3cret-payload";
    private const string Token = "s3cret-token";

    [Fact, Case("SEC-14")]
    public async Task Lines_OfEverythingThatCanGoWrong_HaveNoPayloadAndNoToken()
    {
        await using var host = await StoresApp.StartAsync(
            orders => (orders.MaxMessageBytes, orders.Capacity, orders.SlowConsumer, orders.SendTimeout) = (
                200_000, 10, SlowConsumerPolicy.Disconnect, TimeSpan.FromMilliseconds(100)),
            build: builder => builder.Logging.AddFilter("Tornadose", LogLevel.Trace));
        (string Name, string Value)[] headers = [
            ("Authorization", $"Bearer {Token}"), ("Cookie", $"session={Token}"), ("Last-Event-ID", Token)];
        await using var stream = await RawSse.OpenAsync(host.Orders($"?access_token={Token}"), headers);
        await using var slow = await RawSse.OpenAsync(host.Orders($"?access_token={Token}"), receiveBufferBytes: 4096, headers);
        await using var socket = await RawWs.OpenAsync(host.Orders($"?access_token={Token}"), headers);
        await socket.SendAsync(WsOpcode.Binary, Encoding.UTF8.GetBytes(Payload));
        await using var refused = await RawHttp.GetAsync(host.Orders($"?ticket={Token}"), headers);
        Assert.Equal(401, refused.Status);
        (string Body, string Type, string Query)[] unacceptable =
        [
            (Payload + new string('x', 300_000), "text/plain", ""), ($"{{ \"{Payload}\" ", "application/json", ""),
            (Payload, "text/plain", "?event=a%0Ab"), (Payload, "image/png", ""),
        ];
        foreach (var (body, type, query) in unacceptable)
        {
            await using var answer = await RawHttp.SendAsync(
                host.Orders(query), "POST", [.. headers, ("Content-Type", type), ("Idempotency-Key", Token)],
                Encoding.UTF8.GetBytes(body));
            Assert.InRange(answer.Status, 400, 415);
        }

        for (var message = 0; message < 100; message++)
            await host.OrdersStore()
                .PublishAsync(Payload + new string('x', 100_000), new PublishOptions { IdempotencyKey = $"{Token} {message}" });
        await Eventually.TrueAsync(
            () => host.Logs.GetSnapshot().Any(entry => entry.Message.Contains("read too slowly", StringComparison.Ordinal)));
        await host.StopAsync();
        var lines = host.Logs.GetSnapshot().Where(entry => entry.Category!.StartsWith("Tornadose", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.DoesNotContain("s3cret", line.Whole()));
    }
}
