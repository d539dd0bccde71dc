using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR;

/// <summary>The options of one store, or of a family. Bound from the configuration section <c>Tornadose:Stores:&lt;name&gt;</c>.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// How many messages are kept for resuming, replay and snapshots, on every node. Default 1,000, and 1 for a data store, where it
    /// cannot be changed. From 0 to 16,777,216. With 0, messages are delivered live only and every resume leads to a reset.
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
    /// How many keys a keyed store has at most. Default 10,000. From 1 to 16,777,216. A key beyond the limit is refused with a
    /// <see cref="StoreFullException"/>, over HTTP by 507; no key is removed to make room for another. <see cref="MaxBytes"/> bounds
    /// keys and values in the same way. No effect on other stores; keyed stores ignore <see cref="Capacity"/> and <see cref="MaxAge"/>.
    /// </summary>
    public int MaxKeys { get; set; } = 10_000;

    /// <summary>
    /// How many removed keys a keyed store remembers, so that readers that resume are told of them. Default 1,000. From 1 to 16,777,216. A
    /// reader that may have missed an older removal gets a reset and all keys again. Has no effect on other stores.
    /// </summary>
    public int MaxTombstones { get; set; } = 1000;

    /// <summary>
    /// How long a key of a keyed store is kept if it is not set again. Then it is removed, and readers are told within some seconds.
    /// Default null: until it is removed. From 1 ms. With Redis, a process removes the keys of the stores that it has readers of.
    /// </summary>
    public TimeSpan? KeyMaxAge { get; set; }

    /// <summary>
    /// What happens to a subscriber that the log has moved past. Default <see cref="SlowConsumerPolicy.Reset"/>, and
    /// <see cref="SlowConsumerPolicy.SkipToLatest"/> for a data store, where it cannot be changed. This never happens to subscribers of a
    /// keyed store: they get each key once, with its newest value.
    /// </summary>
    public SlowConsumerPolicy SlowConsumer { get; set; } = SlowConsumerPolicy.Reset;

    /// <summary>
    /// How long a write to a subscriber may make no progress before the subscriber is disconnected with the reason <c>slow</c>. Default
    /// 10 s. From 100 ms to 1 hour. SignalR has its own timeout for a write (<c>TransportSendTimeout</c>, 10 s), set by the
    /// <c>configure</c> of <c>MapStoreHub</c>; the shorter of the two applies.
    /// </summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The shortest time between two batches to a subscriber, on every transport, whatever it asks for by <c>?every=500ms</c>. Default
    /// null: as fast as possible. From 50 ms to 1 minute. The first message is sent at once, and what is published in the meantime is sent
    /// together; of a data store only the newest. For several stores on one connection the longest interval applies to all.
    /// </summary>
    public TimeSpan? MinInterval { get; set; }

    /// <summary>
    /// How long a store of a family may be without publisher and reader before it is dropped with its messages; its ids then lead to a
    /// reset. Default 10 minutes. From 1 s. Stores that are kept outside of the process, in Redis or a database, stay there when they are
    /// dropped here; completed ones are removed there too, after the same time without a reader. Has no effect on a store that belongs to
    /// no family: it lives as long as the application.
    /// </summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long the store still counts as read after its last subscriber in this process has left (<see cref="IStoreSubscribers.Any"/>): a
    /// producer keeps running for this time, so that a reconnect does not stop it. Default 10 s. From 0 to 1 day.
    /// </summary>
    public TimeSpan SubscriberGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The authorization policy that says who may read the store, on every transport, at every connect and resume. Default null: everybody
    /// who passes the endpoint's own authorization. Its handlers get a <c>StoreAccess</c> as the resource.
    /// </summary>
    public string? ReadPolicy { get; set; }

    /// <summary>
    /// The authorization policy that says who may publish to the store over HTTP and over the hub. Default null: over HTTP everybody who
    /// passes the endpoint's own authorization, over the hub nobody.
    /// </summary>
    public string? PublishPolicy { get; set; }

    /// <summary>
    /// Whether a store that a user may not read or publish to appears not to exist: 404 instead of 401 and 403. Default false.
    /// </summary>
    public bool HideForbidden { get; set; }

    /// <summary>
    /// Whether each store of a family is measured under its own name (the tag <c>tornadose.store</c>) rather than the family's. Default
    /// false: collectors keep a time series for each value that a tag has had, and the names may come from clients. Has no effect on a
    /// store that belongs to no family.
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
