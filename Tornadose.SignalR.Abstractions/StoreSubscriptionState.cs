namespace Tornadose.SignalR;

/// <summary>What a subscription is doing.</summary>
public enum StoreSubscriptionState
{
    /// <summary>An attempt to connect is under way.</summary>
    Connecting,

    /// <summary>Connected: what is published comes.</summary>
    Live,

    /// <summary>The connection was lost or refused for the moment, and the next attempt follows after a pause.</summary>
    Waiting,

    /// <summary>
    /// Ended for good, without an error: by the application, or because an operator of the server has ended this client.
    /// </summary>
    Ended,

    /// <summary>
    /// Ended for good, because the store is complete: everything was handed on, and nothing will be published any more. Of several stores
    /// all are.
    /// </summary>
    Completed,

    /// <summary>Ended for good by an error that another attempt would not change.</summary>
    Failed,
}
