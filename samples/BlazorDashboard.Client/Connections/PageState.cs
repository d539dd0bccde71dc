namespace BlazorDashboard.Connections;

/// <summary>What the views of the page do, taken together.</summary>
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

    /// <summary>Some of what was missed is not kept any more, and the views have begun anew.</summary>
    Reset,

    /// <summary>They read nothing, because the page's reader wants a pause.</summary>
    Paused,
}
