using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>The options of one store, or of a family. Bound from the configuration section <c>Tornadose:Stores:&lt;name&gt;</c>.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// How many messages are kept for resuming, replay and snapshots, on every node. Default 1,000, and 1 for a data store, where it
    /// cannot be changed. From 0 to 16,777,216. With 0 messages are delivered live only and every resume leads to a reset.
    /// </summary>
    public int Capacity { get; set; } = 1000;

    /// <summary>
    /// How many bytes of payload and event types are kept. Default 16 MiB. From 1 to 1 TiB, and at least <see cref="MaxMessageBytes"/>.
    /// The oldest messages go first. Each wire format in use keeps a rendered copy beside the payload, so that memory is up to twice as
    /// much with one format, three times with two, and so on.
    /// </summary>
    public long MaxBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>For how long a message is kept. Default null: as long as there is room. From 1 ms.</summary>
    public TimeSpan? MaxAge { get; set; }

    /// <summary>
    /// The largest payload, in bytes of UTF-8. Default 1 MiB. From 1 to 128 MiB. Publishing a larger one throws a <see
    /// cref="MessageTooLargeException"/>; over HTTP it is answered by 413.
    /// </summary>
    public int MaxMessageBytes { get; set; } = 1024 * 1024;

    /// <summary>
    /// How many subscribers the store takes in this process, on all transports together. Default null: as many as
    /// <c>TornadoseOptions.MaxSubscribers</c>. From 1. Beyond it an <c>EventSource</c> is told to come back later, other clients get 503,
    /// hub methods an error.
    /// </summary>
    public int? MaxSubscribers { get; set; }

    /// <summary>
    /// How many keys a keyed store has at most. Default 10,000. From 1 to 16,777,216. A key more is refused with a <see
    /// cref="StoreFullException"/>, and over HTTP by 507; no key goes to make room for another. <see cref="MaxBytes"/> bounds keys and
    /// values in the same way. Without meaning for other stores, as <see cref="Capacity"/> and <see cref="MaxAge"/> are for keyed ones.
    /// </summary>
    public int MaxKeys { get; set; } = 10_000;

    /// <summary>
    /// How many removed keys a keyed store remembers, so that readers who come back are told. Default 1,000. From 1 to 16,777,216. A
    /// reader that may have missed an older removal gets a reset, and all keys anew. Without meaning for other stores.
    /// </summary>
    public int MaxTombstones { get; set; } = 1000;

    /// <summary>
    /// For how long a key of a keyed store lives that is not set again: then it is removed, which readers are told within some seconds.
    /// Default null: until it is removed. From 1 ms. Shared by Redis, a process removes keys of the stores that it has readers of.
    /// </summary>
    public TimeSpan? KeyMaxAge { get; set; }

    /// <summary>
    /// What happens to a subscriber that the log has moved past. Default <see cref="SlowConsumerPolicy.Reset"/>, and <see
    /// cref="SlowConsumerPolicy.SkipToLatest"/> for a data store, where it cannot be changed. The
    /// subscribers of a keyed store never are: they get each key once, with its newest value.
    /// </summary>
    public SlowConsumerPolicy SlowConsumer { get; set; } = SlowConsumerPolicy.Reset;

    /// <summary>
    /// For how long a write to a subscriber may make no progress before it is disconnected with the reason <c>slow</c>. Default 10 s. From
    /// 100 ms to 1 hour. SignalR has a time-out of its own for a write (<c>TransportSendTimeout</c>, 10 s), set by the <c>configure</c> of
    /// <c>MapStoreHub</c>; the shorter of the two counts.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The shortest time between two batches that a subscriber gets, on every wire, whatever it asks for by <c>?every=500ms</c>. Default
    /// null: as fast as possible. From 50 ms to 1 minute. The first message comes at once, and what was published in the meantime comes
    /// together; of a data store the newest alone. Of several stores on one connection the longest time counts for all.
    /// </summary>
    public TimeSpan? MinInterval { get; set; }

    /// <summary>
    /// For how long a store of a family may be without publisher and reader before it is dropped, with its messages; ids of it then lead
    /// to a reset. Default 10 minutes. From 1 s. Stores that are kept outside of the process, in Redis or a database, stay there when they
    /// are dropped here; those that are complete go as well, after so long without a reader. Without meaning for a store that is no
    /// family's: it lives as long as the application.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// For how long the store still counts as read after its last subscriber in this process has gone (<see
    /// cref="IStoreSubscribers.Any"/>):
    /// a producer runs on for so long, and a reconnect does not stop it. Default 10 s. From 0 to 1 day.
    /// </summary>
    public TimeSpan SubscriberGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The authorization policy that says who may read the store, on every transport, at every connect and resume. Default null: whoever
    /// passes the endpoint's own authorization. Its handlers get a <c>StoreAccess</c> as the resource.
    /// </summary>
    public string? ReadPolicy { get; set; }

    /// <summary>
    /// The authorization policy that says who may publish to the store over HTTP and over the hub. Default null: over HTTP whoever passes
    /// the endpoint's own authorization, over the hub nobody.
    /// </summary>
    public string? PublishPolicy { get; set; }

    /// <summary>
    /// Whether a store that a user may not read or publish to looks to him as if it did not exist: 404 instead of 401 and 403. Default
    /// false.
    /// </summary>
    public bool HideForbidden { get; set; }

    /// <summary>
    /// Of a family, whether each of its stores has its own name on instruments (the tag <c>tornadose.store</c>), rather than the family's.
    /// Default false: collectors keep a time series for each value that a tag has had, and the names may come from clients. Without
    /// meaning for a store that is no family's.
    /// </summary>
    public bool MeasureEachStore { get; set; }

    /// <summary>What the log of a store with these options keeps. A method, because the generated binding reads every property.</summary>
    /// <param name="kind">The store's kind.</param>
    /// <param name="isOfFamily">Whether the store comes and goes.</param>
    internal MessageLogLimits ToLimits(StoreKind kind, bool isOfFamily) => new(
        Capacity, MaxBytes, MaxAge, newestSuffices: SlowConsumer == SlowConsumerPolicy.SkipToLatest)
    {
        MaxMessageBytes = MaxMessageBytes,
        KeepCompleted = isOfFamily ? IdleTimeout : null,
        MaxKeys = kind == StoreKind.Keyed ? MaxKeys : 0,
        MaxTombstones = MaxTombstones,
        KeyMaxAge = KeyMaxAge,
    };
}
