namespace Tornadose.SignalR;

/// <summary>What a subscription is doing.</summary>
public enum StoreSubscriptionState
{
    /// <summary>An attempt to connect is under way.</summary>
    Connecting,

    /// <summary>Connected: messages arrive as they are published.</summary>
    Live,

    /// <summary>The connection was lost or refused for now, and the next attempt follows after a pause.</summary>
    Waiting,

    /// <summary>Ended for good, without an error: by the application, or because an operator of the server ended this client.</summary>
    Ended,

    /// <summary>
    /// Ended for good, because the store is complete: everything was handed on, and nothing more will be published. With several stores,
    /// all of them are complete.
    /// </summary>
    Completed,

    /// <summary>Ended for good by an error that another attempt would not change.</summary>
    Failed,
}
