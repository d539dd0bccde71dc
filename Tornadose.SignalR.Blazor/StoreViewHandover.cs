using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Tornadose.SignalR.Blazor;

/// <summary>
/// Carries the state of views from prerendering into the circuit or the browser, and across a circuit's pause: the page continues after
/// what it already shows.
/// </summary>
/// <remarks>
/// A circuit receives only ids: it reads the messages in process again, and its state comes back over a connection that takes no large
/// messages. The browser receives the messages as well, and shows them before its first request. Each state is used once, by the view that
/// shows the same on the prerendered page: as many messages of the same store, of the same type. Several views that show the same take
/// their states in order. Once a view has left the page, the prerendered page is over, and no state is handed over any more: the same
/// page, visited again in the same circuit, begins with what the store keeps then. An enhanced navigation brings a page with its own
/// state, and the handover begins again.
/// </remarks>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "What is persisted are arrays of strings.")]
internal sealed class StoreViewHandover : IDisposable
{
    private readonly Dictionary<string, Queue<string>> _handed = new(StringComparer.Ordinal);
    private readonly List<View> _views = [];
    private readonly PersistentComponentState _state;
    private readonly IDisposable[] _subscriptions;
    private bool _isOver;

    public StoreViewHandover(PersistentComponentState state)
    {
        _state = state;
        _subscriptions =
        [
            state.RegisterOnPersisting(() => PersistAsync(Ids, GoesToCircuit, static view => view.Id()), RenderMode.InteractiveServer),
            state.RegisterOnPersisting(
                () => PersistAsync(Pages, GoesToBrowser, static view => PageSnapshot.Write(view.Beginning())),
                RenderMode.InteractiveWebAssembly),
            state.RegisterOnRestoring(BeginAnew, new RestoreOptions { AllowUpdates = true }),
        ];
    }

    /// <summary>Identifies what a view shows. A view with the same key may take its state.</summary>
    /// <typeparam name="T">The type of its items.</typeparam>
    /// <param name="store">The store's name, which contains no bar.</param>
    /// <param name="keep">How many messages it is set to show.</param>
    public static string KeyOf<T>(string store, int? keep) => $"{store}|{keep}|{typeof(T)}";

    /// <summary>Takes the state for the next view: an id, or a whole snapshot. Both are null if there is none.</summary>
    /// <param name="shown">What it shows.</param>
    public (string? Id, StoreSnapshot? Snapshot) Take(string shown)
    {
        if (_isOver)
            return default;
        return TakeNext(Pages, shown) is { } page && PageSnapshot.Read(page) is { } snapshot
            ? (snapshot.Id, snapshot)
            : (TakeNext(Ids, shown), null);
    }

    /// <summary>Registers a view, whose state will be handed over.</summary>
    /// <param name="shown">What it shows.</param>
    /// <param name="mode">Where the view is, or will be, interactive.</param>
    /// <param name="id">Returns the id up to which the view has shown the store.</param>
    /// <param name="beginning">Returns what the view began with.</param>
    /// <returns>An action that unregisters the view: to be called when it leaves the page or shows another store.</returns>
    public Action Join(string shown, IComponentRenderMode mode, Func<string?> id, Func<StoreSnapshot?> beginning)
    {
        var view = new View(shown, mode, id, beginning);
        _views.Add(view);
        return () =>
        {
            _views.Remove(view);
            _isOver = true;
        };
    }

    public void Dispose()
    {
        foreach (var subscription in _subscriptions)
            subscription.Dispose();
    }

    private static string Ids(string shown) => $"tornadose:{shown}";

    private static string Pages(string shown) => $"tornadose:page:{shown}";

    private static bool GoesToCircuit(IComponentRenderMode mode) => mode is InteractiveServerRenderMode or InteractiveAutoRenderMode;

    private static bool GoesToBrowser(IComponentRenderMode mode) => mode is InteractiveWebAssemblyRenderMode or InteractiveAutoRenderMode;

    private void BeginAnew()
    {
        _handed.Clear();
        _isOver = false;
    }

    private string? TakeNext(Func<string, string> key, string shown)
    {
        if (!_handed.TryGetValue(key(shown), out var handed))
            _handed[key(shown)] = handed = new Queue<string>(Restore(key(shown)));
        return handed.TryDequeue(out var next) ? next : null;
    }

    /// <summary>
    /// Without dynamic code, under native AOT, there is no interactive rendering; the compiler leaves out the call there.
    /// </summary>
    private string[] Restore(string key) =>
        RuntimeFeature.IsDynamicCodeSupported && _state.TryTakeFromJson<string[]>(key, out var handed) && handed is not null ? handed : [];

    private Task PersistAsync(Func<string, string> key, Func<IComponentRenderMode, bool> isFor, Func<View, string?> write)
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return Task.CompletedTask;
        foreach (var views in _views.Where(view => isFor(view.Mode)).GroupBy(static view => view.Shown, StringComparer.Ordinal))
            _state.PersistAsJson(key(views.Key), views.Select(write).OfType<string>().ToArray());
        return Task.CompletedTask;
    }

    private sealed record View(string Shown, IComponentRenderMode Mode, Func<string?> Id, Func<StoreSnapshot?> Beginning);
}
