using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR;

/// <summary>What a view is doing.</summary>
public enum StoreViewState
{
    /// <summary>It waits for its store: with Redis, until this process's copy is up to date.</summary>
    Loading,

    /// <summary>
    /// It was rendered without interactivity, or is about to become interactive: it shows what there was at that moment.
    /// </summary>
    Still,

    /// <summary>It shows each message as it comes.</summary>
    Live,

    /// <summary>
    /// It reads nothing, because <see cref="StoreView{T}.Paused"/> says so. It will resume after the last message it showed.
    /// </summary>
    Paused,

    /// <summary>The store is complete, and everything that it keeps is shown: nothing more will come.</summary>
    Completed,

    /// <summary>The store ended with the application; over a wire, an operator of the server ended this client.</summary>
    Ended,

    /// <summary>
    /// Its connection to the server is being made, or made again: in WebAssembly the one to the store, on the server the one from the
    /// browser. It will resume after the last message it showed.
    /// </summary>
    Connecting,
}
