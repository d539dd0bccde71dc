using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Hubs;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Clients that read until they are disposed of, and write everything they see into the ledger.</summary>
internal static class LedgerClients
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    public static async Task<IAsyncDisposable> SseAsync(TestHost host, string store, LedgerSubscriber subscriber, string? after = null)
    {
        var stream = await RawSse.OpenAsync(host.Url($"/stores/{store}{Query(after)}"));
        await stream.UntilAsync(reader => reader.ReconnectionTime is not null);
        return new Loop(ReadAsync(), stream.Abort, stream);

        async Task ReadAsync()
        {
            while (await stream.NextOrEndAsync(Patience) is { } next)
            {
                if (next.Type == StoreReset.EventType)
                    Reset(subscriber, JsonDocument.Parse(next.Data).RootElement);
                else
                    subscriber.Message(next.Id, next.Data);
            }
        }
    }

    public static async Task<IAsyncDisposable> WebSocketAsync(
        TestHost host, string store, LedgerSubscriber subscriber, string? after = null)
    {
        var socket = await RawWs.OpenAsync(host.Url($"/stores/{store}{Query(after)}"));
        return new Loop(ReadAsync(), socket.Abort, socket);

        async Task ReadAsync()
        {
            while (await socket.NextOrEndAsync(Patience) is { } frame)
            {
                if (frame.Opcode == WsOpcode.Ping)
                    await socket.SendAsync(WsOpcode.Pong, frame.Payload);
                if (frame.Opcode != WsOpcode.Text)
                    continue;
                var json = JsonDocument.Parse(frame.Text).RootElement;
                if (json.TryGetProperty("reset", out var reset))
                    Reset(subscriber, reset);
                else
                    subscriber.Message(json.TryGetProperty("id", out var id) ? id.GetString() : null, Text(json.GetProperty("data")));
            }
        }
    }

    public static async Task<IAsyncDisposable> HubAsync(TestHost host, string store, LedgerSubscriber subscriber, string? after = null)
    {
        var hub = HubClient.Build(host.Url("/hubs/stores"));
        hub.On<string, StoreClientMessage>("Message", (_, message) => subscriber.Message(message.Id, Text((JsonElement)message.Data!)));
        hub.On<string, StoreClientReset>("Reset", (_, reset) => subscriber.Reset(reset.Reason, reset.Id));
        await hub.StartAsync().WithTimeout();
        await hub.InvokeAsync<string>("Resume", store, after).WithTimeout();
        return hub;
    }

    private static string Query(string? after) => after is null ? "" : $"?after={after}";

    private static string Text(JsonElement data) => data.ValueKind == JsonValueKind.String ? data.GetString()! : data.GetRawText();

    private static void Reset(LedgerSubscriber subscriber, JsonElement reset) =>
        subscriber.Reset(reset.GetProperty("reason").GetString()!, reset.GetProperty("id").GetString()!);

    private sealed class Loop(Task reading, Action abort, IAsyncDisposable connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            abort();
            try
            {
                await reading.WithTimeout();
            }
            catch (Exception failure) when (failure is IOException or ObjectDisposedException or SocketException
                or TimeoutException or OperationCanceledException)
            {
                // cut on purpose
            }

            await connection.DisposeAsync();
        }
    }
}
