using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.AspNetCore.SignalR.Protocol;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A .NET client of a store hub that records what it receives, in order.</summary>
internal sealed class HubSubscriber : IAsyncDisposable
{
    /// <summary>Not a store: the test's hosts answer with the connection's id.</summary>
    public const string AskForId = "?id";

    private readonly Channel<HubEvent> _events = Channel.CreateUnbounded<HubEvent>();
    private readonly ConcurrentQueue<HubEvent> _seen = new();
    private readonly TaskCompletionSource<string> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly LedgerSubscriber? _ledger;

    private HubSubscriber(HubConnection connection, LedgerSubscriber? ledger)
    {
        (Connection, _ledger) = (connection, ledger);
        connection.On("Message", [typeof(string), typeof(object)], arguments => ReceiveAsync("Message", arguments));
        connection.On("Reset", [typeof(string), typeof(object)], arguments => ReceiveAsync("Reset", arguments));
        connection.On("Ended", [typeof(string), typeof(object)], arguments => ReceiveAsync("Ended", arguments));
        connection.On<string>("Connected", id => _connected.TrySetResult(id));
        connection.Closed += failure =>
        {
            Closed.TrySetResult(failure);
            return Task.CompletedTask;
        };
    }

    public HubConnection Connection { get; }

    /// <summary>Completes when the connection has closed, with the reason if there was one.</summary>
    public TaskCompletionSource<Exception?> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The connection's id on the server, which differs from the client's without a negotiation.</summary>
    public string Id { get; private set; } = "";

    /// <summary>All events received so far.</summary>
    public IReadOnlyList<HubEvent> Seen => [.. _seen];

    public static async Task<HubSubscriber> StartAsync(Uri url, IHubProtocol? protocol = null, LedgerSubscriber? ledger = null)
    {
        var client = new HubSubscriber(HubClient.Build(url, protocol), ledger);
        await client.Connection.StartAsync().WithTimeout();
        await client.UnsubscribeAsync(AskForId);
        client.Id = await client._connected.Task.WithTimeout();
        return client;
    }

    public Task<string> SubscribeAsync(string store, string? after = null) => (after is null
        ? Connection.InvokeAsync<string>("Subscribe", store)
        : Connection.InvokeAsync<string>("Resume", store, after)).WithTimeout();

    public Task UnsubscribeAsync(string store) => Connection.InvokeAsync("Unsubscribe", store).WithTimeout();

    public Task<HubEvent> NextAsync() => _events.Reader.ReadAsync().WithTimeout();

    public async Task<IReadOnlyList<HubEvent>> TakeAsync(int count)
    {
        var events = new List<HubEvent>(count);
        while (events.Count < count)
            events.Add(await NextAsync());
        return events;
    }

    public async ValueTask DisposeAsync() => await Connection.DisposeAsync();

    private Task ReceiveAsync(string method, object?[] arguments)
    {
        var received = HubEvent.Of(method, (string)arguments[0]!, arguments[1]);
        if (method == "Message")
            _ledger?.Message(received.Id, received.Data!);
        else if (method == "Reset")
            _ledger?.Reset(received.Data!, received.Id!);
        _seen.Enqueue(received);
        _events.Writer.TryWrite(received);
        return Task.CompletedTask;
    }
}
