namespace Tornadose.SignalR.Delivery;

/// <summary>Why a request was refused: a fixed set of values, each with a name for the metric and a sentence for the client.</summary>
internal sealed class AdmissionRefusal
{
    private AdmissionRefusal(string name, string description, bool isTheirs)
    {
        Name = name;
        Description = description;
        IsTheirs = isTheirs;
    }

    /// <summary><see cref="TornadoseOptions.MaxSubscribers"/> is reached, or the process is about to stop.</summary>
    public static AdmissionRefusal Full { get; } = new(
        "full", "The server takes no more subscribers at the moment. Come back later.", isTheirs: false);

    /// <summary>The store has reached its own limit, <c>StoreOptions.MaxSubscribers</c>.</summary>
    public static AdmissionRefusal StoreFull { get; } = new(
        "store_full", "The store takes no more subscribers at the moment. Come back later.", isTheirs: false);

    /// <summary>Subscriptions begin faster than <see cref="TornadoseOptions.MaxJoinsPerSecond"/>.</summary>
    public static AdmissionRefusal TooManyJoins { get; } = new(
        "joins", "The server takes no more subscribers at the moment. Come back later.", isTheirs: false);

    /// <summary>The backplane has not been reached since startup, so the content of the store is unknown.</summary>
    public static AdmissionRefusal NotLoaded { get; } = new("not_loaded",
        "The store's messages could not be loaded yet. Come back later.", isTheirs: false);

    /// <summary>The user, or the address, has reached <see cref="TornadoseOptions.MaxSubscribersPerUser"/>.</summary>
    public static AdmissionRefusal UserFull { get; } = new(
        "user_full", "You have reached your limit of subscriptions. End one, or come back later.", isTheirs: true);

    /// <summary>The user, or the address, replayed messages faster than <see cref="TornadoseOptions.MaxReplayedPerSecond"/>.</summary>
    public static AdmissionRefusal TooMuchReplayed { get; } = new(
        "replay", "You replayed too many old messages. Come back later with the same id; no message is lost.",
        isTheirs: true);

    /// <summary>
    /// The user, or the connection, called hub methods more often than <see cref="TornadoseOptions.MaxHubCallsPerSecond"/>.
    /// </summary>
    public static AdmissionRefusal TooManyCalls { get; } = new("calls", "You call too often. Wait a moment.", isTheirs: true);

    /// <summary>The user asked for stream tickets more often than <see cref="TornadoseOptions.MaxTicketsPerSecond"/>.</summary>
    public static AdmissionRefusal TooManyTickets { get; } = new("tickets", "You ask for tickets too often. Wait a moment.",
        isTheirs: true);

    /// <summary>The hub connection has reached <see cref="TornadoseOptions.MaxSubscriptionsPerConnection"/>.</summary>
    public static AdmissionRefusal ConnectionFull { get; } =
        new(
        "connection_full", "This connection has reached its limit of subscriptions. End one, or open another connection.",
        isTheirs: true);

    /// <summary>The name in the metric.</summary>
    public string Name { get; }

    /// <summary>A sentence that tells the client what to do.</summary>
    public string Description { get; }

    /// <summary>
    /// Whether the client has exceeded a limit of its own (429). Otherwise the server cannot serve it at the moment (503).
    /// </summary>
    public bool IsTheirs { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
