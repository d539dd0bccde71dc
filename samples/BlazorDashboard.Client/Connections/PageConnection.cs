using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR;

namespace BlazorDashboard.Connections;

/// <summary>
/// The combined state of a page's views: each panel reports its view after every change. On the server there is one for each circuit, in
/// the browser only one.
/// </summary>
public sealed class PageConnection(IStoreReaders readers, TimeProvider clock, IServiceProvider services) : IDisposable
{
    private static readonly TimeSpan ResetShown = TimeSpan.FromSeconds(4);

    private readonly Dictionary<string, ShownView> _views = new(StringComparer.Ordinal);
    private readonly WireSwitch? _wire = services.GetService<WireSwitch>();
    private CancellationTokenSource? _pause;
    private bool _isSwitching;
    private bool _isReset;

    /// <summary>Raised after a change that the page shows, where components may render.</summary>
    public event Action? Changed;

    /// <summary>Where the components run, and over which wire they read.</summary>
    public RunChoice Choice { get; set; } = RunChoice.All[0];

    /// <summary>What the pill says.</summary>
    public PageState State { get; private set; }

    /// <summary>Why messages were missed the last time.</summary>
    public string? ResetReason { get; private set; }

    /// <summary>The last time without connection; null before the first.</summary>
    public Gap? Gap { get; private set; }

    /// <summary>Whether the user has paused the page.</summary>
    public bool IsPaused => _pause is not null;

    /// <summary>Whether views read nothing: during a pause, and while the wire changes.</summary>
    public bool IsHeld => IsPaused || _isSwitching;

    /// <summary>How many messages the stores have published for the page since the pause began.</summary>
    public int HeldBack { get; private set; }

    /// <summary>Whether the wire can be changed without a page load: only in the browser.</summary>
    public bool CanSwitchWire => _wire is not null;

    /// <summary>Records what a view shows.</summary>
    /// <param name="store">The store.</param>
    /// <param name="view">The view.</param>
    /// <param name="isKeyed">Whether it is a keyed store. Those replay only the newest values, so nothing can be counted.</param>
    public void Report<T>(string store, StoreViewContext<T> view, bool isKeyed)
    {
        var before = _views.GetValueOrDefault(store);
        _views[store] = new ShownView(
            view.State, isKeyed ? null : view.Id, view.Resets, view.Items.Select(item => item.Id).OfType<string>());
        if (!isKeyed && before is not null)
            NoteLoss(before, view.State);
        if (!isKeyed && before is not null && view.Resets > before.Resets)
            _ = ShowResetAsync($"{view.ResetReason}".ToLowerInvariant());
        if (!isKeyed && view is { State: StoreViewState.Paused, Id: { } last } &&
            before?.State != StoreViewState.Paused && _pause is not null)
            _ = CountAsync(store, last, _pause.Token);
        if (Gap is { Length: null } gap && !_views.Values.Any(shown => shown.State == StoreViewState.Connecting))
            _ = AskAsync(gap);
        Compare();
        Show();
    }

    /// <summary>
    /// Records that all views are cut off. A disconnected circuit stops rendering after some batches, or at once if its browser was behind
    /// by so many, so that perhaps no view reports it.
    /// </summary>
    public void LoseCircuit()
    {
        if (_views.Values.Any(view => view is { State: StoreViewState.Live, Id: not null })) // keyed stores are reported without an id
            BeginGap();
        foreach (var (store, view) in _views)
            if (view.State == StoreViewState.Live)
                _views[store] = view with { State = StoreViewState.Connecting };
    }

    /// <summary>Pauses all views, or resumes each of them after the last message that it has shown.</summary>
    public void PauseOrGoOn()
    {
        var pause = _pause;
        _pause = pause is null ? new CancellationTokenSource() : null;
        HeldBack = 0;
        pause?.Cancel();
        pause?.Dispose();
        Show(always: true);
    }

    /// <summary>Moves all views to another wire: it is enough to pause and resume them.</summary>
    public async Task SwitchAsync(RunChoice choice)
    {
        (Choice, _isSwitching) = (choice, true);
        Show(always: true);
        await Task.Yield();
        await _wire!.UseAsync(choice);
        _isSwitching = false;
        Show(always: true);
    }

    /// <summary>Ends the counting of a pause.</summary>
    public void Dispose()
    {
        _pause?.Cancel();
        _pause?.Dispose();
    }

    /// <summary>The first view that has lost its connection stands for all.</summary>
    private void NoteLoss(ShownView before, StoreViewState state)
    {
        if (before.State == StoreViewState.Live && state == StoreViewState.Connecting)
            BeginGap();
    }

    private void BeginGap()
    {
        if (Gap is { Length: null })
            return;
        Gap = new Gap(clock);
        foreach (var (store, view) in _views)
            if (view.Id is not null)
                Gap.Lose(store, view.Id);
    }

    private async Task AskAsync(Gap gap)
    {
        gap.End();
        try
        {
            await gap.AskAsync(IdsOfAsync);
            Compare();
        }
        catch (StoreException)
        {
            if (Gap == gap)
                Gap = null; // the connection is lost again
        }

        Show(always: true);
    }

    private async Task<IEnumerable<string>> IdsOfAsync(string store)
    {
        var kept = await readers.GetReader(store).GetSnapshotAsync(seen: null, CancellationToken.None);
        return kept.Messages.Select(message => message.Id).OfType<string>();
    }

    private void Compare()
    {
        if (Gap is { Length: not null, IsFilled: false })
            Gap.Compare(store => _views[store].Ids);
    }

    private async Task ShowResetAsync(string reason)
    {
        (ResetReason, _isReset, Gap) = (reason, true, null);
        await Task.Delay(ResetShown, clock);
        _isReset = false;
        Show();
    }

    private async Task CountAsync(string store, string after, CancellationToken end)
    {
        try
        {
            await foreach (var _ in readers.GetReader(store).ReadAsync(StoreKind.Queue, after, end))
            {
                HeldBack++;
                Changed?.Invoke();
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or StoreException)
        {
            // The pause is over; or the store cannot be read, which its view shows.
        }
    }

    private void Show(bool always = false)
    {
        var before = State;
        State = Judge();
        if (always || State != before || State == PageState.Replaying)
            Changed?.Invoke();
    }

    private PageState Judge()
    {
        if (_views.Values.Any(view => view.State == StoreViewState.Connecting))
            return Gap is { Length: null } ? PageState.Reconnecting : PageState.Connecting;
        if (IsPaused)
            return PageState.Paused;
        if (_isReset)
            return PageState.Reset;
        if (Gap is { Length: not null, IsFilled: false })
            return PageState.Replaying;
        return _views.Count > 0 && _views.Values.All(view => view.State == StoreViewState.Live) ? PageState.Live : PageState.Connecting;
    }

    private sealed record ShownView(StoreViewState State, string? Id, int Resets, IEnumerable<string> Ids);
}
