namespace BlazorDashboard.Connections;

/// <summary>The combined state of the page's views.</summary>
public enum PageState
{
    /// <summary>They have not been live yet.</summary>
    Connecting,

    /// <summary>All show each message as it comes.</summary>
    Live,

    /// <summary>The connection is lost.</summary>
    Reconnecting,

    /// <summary>The connection is back, and what was missed is coming.</summary>
    Replaying,

    /// <summary>Some of the missed messages are no longer kept, and the views have started again.</summary>
    Reset,

    /// <summary>They read nothing, because the user has paused the page.</summary>
    Paused,
}
