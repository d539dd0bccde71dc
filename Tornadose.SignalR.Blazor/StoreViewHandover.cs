using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Tornadose.SignalR.Blazor;

/// <summary>
/// Carries the ids up to which views have shown their stores from prerendering into the circuit, and over a circuit's pause: the page
/// goes on after what is on the screen.
/// </summary>
/// <remarks>
/// An id is of use once, to the view that shows the store on the page that was prerendered. So each view takes one, several views of a
/// store in their order; and once a view has left the page, no view is on a prerendered
/// page any more: the same page, visited again in the same circuit, begins with what is kept then.
/// </remarks>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Ids are strings. Interactive server rendering, without which " +
    "nothing is handed over, does not support trimming itself.")]
internal sealed class StoreViewHandover : IDisposable
{
    private readonly Dictionary<string, Queue<string>> _handed = new(StringComparer.Ordinal);
    private readonly List<(string Store, Func<string?> Id)> _views = [];
    private readonly PersistentComponentState _state;
    private readonly PersistingComponentStateSubscription _subscription;
    private bool _isOver;

    public StoreViewHandover(PersistentComponentState state)
    {
        _state = state;
        // Only where components run in this process can they read a store in it.
        _subscription = state.RegisterOnPersisting(PersistAsync, RenderMode.InteractiveServer);
    }

    /// <summary>The id that was handed over to the next view of a store; null when there is none.</summary>
    public string? Take(string store)
    {
        if (_isOver)
            return null;
        if (!_handed.TryGetValue(store, out var ids))
            _handed[store] = ids = new Queue<string>(Restore(store));
        return ids.TryDequeue(out var id) ? id : null;
    }

    /// <summary>Has a view's id handed over when the time comes.</summary>
    /// <returns>What ends that, when the view leaves the page or shows another store.</returns>
    public Action Join(string store, Func<string?> id)
    {
        var view = (store, id);
        _views.Add(view);
        return () =>
        {
            _views.Remove(view);
            _isOver = true;
        };
    }

    public void Dispose() => _subscription.Dispose();

    private static string Key(string store) => $"tornadose:{store}";

    /// <summary>
    /// Without dynamic code, under native AOT, there is no interactive server rendering; the compiler leaves out the call there.
    /// </summary>
    private string[] Restore(string store) =>
        RuntimeFeature.IsDynamicCodeSupported && _state.TryTakeFromJson<string[]>(Key(store), out var ids) && ids is not null ? ids : [];

    private Task PersistAsync()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
            return Task.CompletedTask;
        foreach (var views in _views.GroupBy(static view => view.Store, StringComparer.Ordinal))
            _state.PersistAsJson(Key(views.Key), views.Select(static view => view.Id()).OfType<string>().ToArray());
        return Task.CompletedTask;
    }
}
