namespace Tornadose.SignalR.Delivery;

/// <summary>Why a subscription ended: values, each with a name for metrics and logs and a sentence that says when.</summary>
public sealed class SubscriberEnd
{
    /// <summary>
    /// The last event ID of a client that was told not to reconnect. If it reconnects with this id, any node answers 204, upon which an
    /// <c>EventSource</c> stops (WHATWG HTML §9.2.3).
    /// </summary>
    internal const string DismissedId = "closed";

    /// <summary>Creates a reason for a custom transport.</summary>
    /// <param name="name">The name in metrics and logs: 1 to 64 lower-case letters, digits and <c>_</c>. Keep such values in static
    /// fields, as metrics keep a time series for each name.</param>
    /// <param name="description">When this happens, in a sentence for clients.</param>
    /// <param name="reconnect">Whether the client should reconnect.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    public SubscriberEnd(string name, string description, bool reconnect)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(description);
        if (name.Length > 64 || !name.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            throw new ArgumentException(
                $"'{name}' is not a valid name for metrics: it must have 1 to 64 lower-case letters, digits and '_'.", nameof(name));
        Name = name;
        Description = description;
        Reconnect = reconnect;
    }

    /// <summary>The client closed the connection, or vanished.</summary>
    public static SubscriberEnd ClientGone { get; } = new("client_gone", "The client closed the connection or vanished.", reconnect: true);

    /// <summary>The client, or the application on its behalf, ended the subscription.</summary>
    public static SubscriberEnd Unsubscribed { get; } = new("unsubscribed", "The client ended the subscription.", reconnect: false);

    /// <summary>The client took too long to read.</summary>
    public static SubscriberEnd Slow { get; } = new(
        "slow", "The client read more slowly than the store's policy and send timeout allow.", reconnect: true);

    /// <summary>The server is about to stop.</summary>
    public static SubscriberEnd ShuttingDown { get; } = new(
        "shutting_down", "The server is stopping: reconnect, and continue after the last id.", reconnect: true);

    /// <summary>The subscription is as old as <see cref="TornadoseOptions.MaxConnectionAge"/> allows.</summary>
    public static SubscriberEnd TooOld { get; } = new(
        "max_age", "The connection has reached its maximum age: reconnect, and continue after the last id.", reconnect: true);

    /// <summary>The store was closed.</summary>
    public static SubscriberEnd StoreClosed { get; } = new("store_closed", "The store was closed.", reconnect: true);

    /// <summary>
    /// All stores of the connection are complete (<see cref="IStore.CompleteAsync(CancellationToken)"/>), and the client
    /// has received everything.
    /// </summary>
    public static SubscriberEnd Completed { get; } = new(
        "completed", "The store is complete: all messages were delivered, and there is no reason to reconnect.", reconnect: false);

    /// <summary>Messages are missing, and the wire format cannot announce a reset.</summary>
    public static SubscriberEnd ResetRequired { get; } = new(
        "reset_required", "Messages are missing here, and this wire format cannot announce it: start over.", reconnect: true);

    /// <summary>The client's authentication has expired.</summary>
    public static SubscriberEnd AuthenticationExpired { get; } = new(
        "authentication_expired", "Your authentication has expired: authenticate again, and reconnect.", reconnect: true);

    /// <summary>The right to read was revoked, or has to be requested again.</summary>
    public static SubscriberEnd AccessRevoked { get; } = new(
        "access_revoked", "Your access was revoked: if you reconnect, it is checked again.", reconnect: true);

    /// <summary>An operator ended the subscription, for good.</summary>
    public static SubscriberEnd Dismissed { get; } = new(
        "dismissed", "The server has ended this subscription for good: do not reconnect.", reconnect: false);

    /// <summary>The request was answered in full: a snapshot or a long poll.</summary>
    internal static SubscriberEnd Answered { get; } = new("answered", "The request got its answer.", reconnect: true);

    /// <summary>The subscription failed in the server.</summary>
    public static SubscriberEnd Failed { get; } = new(
        "failed", "An error in the server ended the subscription; the log has the details.", reconnect: true);

    /// <summary>The name in metrics and logs.</summary>
    public string Name { get; }

    /// <summary>When this happens, in a sentence without details of the server.</summary>
    public string Description { get; }

    /// <summary>Whether the client should reconnect with its last id.</summary>
    public bool Reconnect { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
