using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>The store of one test, with a ledger of what was published to it and what its subscribers received.</summary>
internal sealed class SpecificationStore
{
    private readonly TestHost _host;
    private int _published;
    private int _subscribed;

    /// <param name="host">The host of the store.</param>
    /// <param name="family">The kind of store.</param>
    /// <param name="rule">What its subscribers may expect.</param>
    public SpecificationStore(TestHost host, string family, LedgerRule rule)
    {
        _host = host;
        Ledger = new Ledger(rule);
        Store = host.Get<IStoreProvider>().GetStore($"{family}/{Guid.NewGuid():N}");
    }

    public IStore Store { get; }

    public string Name => Store.Name;

    public Ledger Ledger { get; }

    /// <summary>The id of the newest message.</summary>
    public string Top => Store.Position.ToString();

    /// <summary>Publishes one message. Publishing waits for no reader, so it has completed when the call returns.</summary>
    /// <param name="bytes">The minimum size of its payload.</param>
    public string Publish(int bytes = 0)
    {
        var payload = $"{Interlocked.Increment(ref _published)}".PadRight(bytes, '.');
        var publishing = Store.PublishAsync(payload);
        Assert.True(publishing.IsCompletedSuccessfully, "Publishing waited for something.");
        var id = publishing.Result.ToString();
        Ledger.Published(id, payload);
        return id;
    }

    public IReadOnlyList<string> PublishMany(int count, int bytes = 0) => [.. Enumerable.Range(0, count).Select(_ => Publish(bytes))];

    public Task<Subscription> SubscribeAsync(
        Transport transport, string? after = null, bool earliest = false, int? receiveBuffer = null) =>
        SubscribeAsync(transport, new StoreRequest(Name, after, earliest, ReceiveBuffer: receiveBuffer));

    /// <summary>Opens a subscription whose client will stall.</summary>
    public Task<Subscription> SubscribeStalledAsync(Transport transport) => SubscribeAsync(transport, receiveBuffer: 4096);

    /// <summary>Checks the ledger of all subscribers, which must have reached the newest message.</summary>
    /// <param name="log">Whether the store still holds all that was published.</param>
    public void Check(bool log = false) =>
        Ledger.Check(Top, log ? [.. Store.GetSnapshot().Messages.Select(static message => (message.Id!, message.GetText()))] : null);

    private async Task<Subscription> SubscribeAsync(Transport transport, StoreRequest request)
    {
        var reader = await transport.OpenAsync(_host.Http1, request);
        var seen = Ledger.Subscriber($"{transport}-{Interlocked.Increment(ref _subscribed)}", transport.Name, request.After);
        return new Subscription(this, reader, seen);
    }

    /// <summary>The same subscriber on a new connection, on any transport and host: it presents the last id that it saw.</summary>
    internal async Task<TransportReader> ReopenAsync(Transport transport, LedgerSubscriber seen, TestHost? host)
    {
        seen.Connected(transport.Name, seen.LastId);
        return await transport.OpenAsync((host ?? _host).Http1, new StoreRequest(Name, seen.LastId));
    }
}
