using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Tornadose.SignalR.Blazor;

/// <summary>
/// Carries the ids up to which views have shown their stores from prerendering into the circuit, and over a circuit's pause: the page goes on after what is on the screen. Several views of a store share
/// one id, that of the first.
/// </summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Ids are strings. Interactive server rendering, without which nothing is handed over, does not support trimming itself.")]
internal sealed class StoreViewHandover : IDisposable
{
    private readonly Dictionary<string, string?> _taken = new(StringComparer.Ordinal);
    private readonly List<(string Store, Func<string?> Id)> _views = [];
    private readonly PersistentComponentState _state;
    private readonly PersistingComponentStateSubscription _subscription;

    public StoreViewHandover(PersistentComponentState state)
    {
        _state = state;
        // Only where components run in this process can they read a store in it.
        _subscription = state.RegisterOnPersisting(PersistAsync, RenderMode.InteractiveServer);
    }

    /// <summary>The id that was handed over for a store; null when there is none.</summary>
    public string? Take(string store)
    {
        if (!_taken.TryGetValue(store, out var id))
            _taken[store] = id = _state.TryTakeFromJson<string>(Key(store), out var persisted) ? persisted : null;
        return id;
    }

    /// <summary>Has a view's id handed over when the time comes.</summary>
    /// <returns>What ends that.</returns>
    public Action Join(string store, Func<string?> id)
    {
        var view = (store, id);
        _views.Add(view);
        return () => _views.Remove(view);
    }

    public void Dispose() => _subscription.Dispose();

    private static string Key(string store) => $"tornadose:{store}";

    private Task PersistAsync()
    {
        foreach (var views in _views.GroupBy(static view => view.Store, StringComparer.Ordinal))
            if (views.Select(static view => view.Id()).FirstOrDefault(static id => id is not null) is { } id)
                _state.PersistAsJson(Key(views.Key), id);
        return Task.CompletedTask;
    }
}
