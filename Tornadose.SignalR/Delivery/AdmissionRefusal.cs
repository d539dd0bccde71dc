namespace Tornadose.SignalR.Delivery;

/// <summary>Why a subscription was not begun: values, each with a name for the metric and a sentence for the client.</summary>
internal sealed class AdmissionRefusal
{
    private AdmissionRefusal(string name, string description, bool isTheirs)
    {
        Name = name;
        Description = description;
        IsTheirs = isTheirs;
    }

    /// <summary>There are <see cref="TornadoseOptions.MaxSubscribers"/>, or the process is about to stop.</summary>
    public static AdmissionRefusal Full { get; } = new(
        "full", "The server takes no more subscribers at the moment. Come back later.", isTheirs: false);

    /// <summary>The store has as many as it may have.</summary>
    public static AdmissionRefusal StoreFull { get; } = new(
        "store_full", "The store takes no more subscribers at the moment. Come back later.", isTheirs: false);

    /// <summary>More than <see cref="TornadoseOptions.MaxJoinsPerSecond"/> came at once.</summary>
    public static AdmissionRefusal TooManyJoins { get; } = new(
        "joins", "The server takes no more subscribers at the moment. Come back later.", isTheirs: false);

    /// <summary>The backplane has not been reached since the start, so that it is not known what the store holds.</summary>
    public static AdmissionRefusal NotLoaded { get; } = new("not_loaded",
        "The store's messages could not be loaded yet. Come back later.", isTheirs: false);

    /// <summary>The user, or the address, has <see cref="TornadoseOptions.MaxSubscribersPerUser"/>.</summary>
    public static AdmissionRefusal UserFull { get; } = new(
        "user_full", "You have as many subscriptions as you may have. End one, or come back later.", isTheirs: true);

    /// <summary>The user, or the address, had more than <see cref="TornadoseOptions.MaxReplayedPerSecond"/> sent again.</summary>
    public static AdmissionRefusal TooMuchReplayed { get; } = new(
        "replay", "You had very many old messages sent again. Come back later, with the same id: nothing is lost by that.",
        isTheirs: true);

    /// <summary>
    /// The user, or the connection, called hub methods more often than <see cref="TornadoseOptions.MaxHubCallsPerSecond"/>.
    /// </summary>
    public static AdmissionRefusal TooManyCalls { get; } = new("calls", "You call too often. Wait a moment.", isTheirs: true);

    /// <summary>The user asked for stream tickets more often than <see cref="TornadoseOptions.MaxTicketsPerSecond"/>.</summary>
    public static AdmissionRefusal TooManyTickets { get; } = new("tickets", "You ask for tickets too often. Wait a moment.",
        isTheirs: true);

    /// <summary>The hub connection has <see cref="TornadoseOptions.MaxSubscriptionsPerConnection"/>.</summary>
    public static AdmissionRefusal ConnectionFull { get; } =
        new(
        "connection_full", "This connection has as many subscriptions as it may have. End one, or open another connection.",
        isTheirs: true);

    /// <summary>The name in the metric.</summary>
    public string Name { get; }

    /// <summary>What to do, for the client.</summary>
    public string Description { get; }

    /// <summary>Whether it is one client that has too much, not the server.</summary>
    public bool IsTheirs { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
