using Tornadose.SignalR.Blazor;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR;

/// <summary>
/// Shows a store in a Blazor page, live, by reading it in this process: for interactive server rendering. In a prerendered or static page
/// it shows what the store holds at that moment.
/// </summary>
/// <remarks>
/// <code>
/// &lt;StoreView T="Price" Store="prices" Keep="20"&gt;
///     @foreach (var item in context.Items)
///     {
///         &lt;p @key="item.Id"&gt;@item.Value.Symbol @item.Value.Amount&lt;/p&gt;
///     }
/// &lt;/StoreView&gt;
/// </code>
/// Of a keyed store the items are its keys. With <see cref="Row"/>, only rows that have changed are rendered again:
/// <code>
/// &lt;table&gt;
///     &lt;StoreView T="Device" Store="devices"&gt;
///         &lt;Row
///         Context="device"&gt;&lt;tr&gt;&lt;td&gt;@device.Key&lt;/td&gt;&lt;td&gt;@device.Value.Load&lt;/td&gt;&lt;/tr&gt;&lt;/Row&gt;
///     &lt;/StoreView&gt;
/// &lt;/table&gt;
/// </code>
/// However fast messages come, it renders at most <see cref="RendersPerSecond"/> times a second, and at most one render is pending. What
/// was prerendered is handed over by its id: the interactive
/// page begins with the same messages and goes on after them. While the browser's connection is down, or <see cref="Paused"/> is set,
/// nothing is read and nothing collected; the view then goes on after
/// the last message it has shown. No read policy is asked: the page that contains the view decides who sees it.
/// </remarks>
/// <typeparam name="T">The type of the values; <see cref="string"/> shows text messages.</typeparam>
public sealed class StoreView<T> : ComponentBase, IDisposable
{
    /// <summary>A page is not held up for longer by a store whose copy is not up to date, because Redis is away.</summary>
    private static readonly TimeSpan PrerenderPatience = TimeSpan.FromSeconds(1);

    private const int DefaultKeep = 50;

    private StoreFeed<T>? _feed;
    private RenderPace? _pace;
    private CancellationTokenSource? _loading;
    private CancellationTokenSource? _reading;
    private Task _read = Task.CompletedTask;
    private Action? _leave;
    private string? _shownStore;
    private int? _shownKeep;
    private bool _disposed;

    /// <summary>The store's name, or that of a store of a family, as <c>devices/7</c>. May change: the view then begins anew.</summary>
    [Parameter, EditorRequired]
    public string Store { get; set; } = "";

    /// <summary>
    /// What to render, given the messages. Default null: <see cref="StoreViewContext{T}.Rows"/>, and nothing around them.
    /// </summary>
    [Parameter]
    public RenderFragment<StoreViewContext<T>>? ChildContent { get; set; }

    /// <summary>
    /// How to render one item, in a row of its own that keeps its <c>@key</c>: when the store changes, only rows that have changed are
    /// rendered again. When the page renders the view again, all are, because a template may make use of what belongs to the page.
    /// </summary>
    [Parameter]
    public RenderFragment<StoreViewItem<T>>? Row { get; set; }

    /// <summary>
    /// Sorts the rows, and may leave some out: <c>items => items.OrderByDescending(item => item.Value.Load).Take(15)</c>. Default null: as
    /// <see cref="StoreViewContext{T}.Items"/>.
    /// </summary>
    [Parameter]
    public Func<IEnumerable<StoreViewItem<T>>, IEnumerable<StoreViewItem<T>>>? Order { get; set; }

    /// <summary>
    /// How many messages are shown, the newest; 1 to 10,000. Default null: of a data store its one value, of a keyed store all keys, of a
    /// queue store 50. Set it to show the last values of a data store that come while the page is open.
    /// </summary>
    [Parameter]
    public int? Keep { get; set; }

    /// <summary>
    /// How often the view renders at most; above 0 up to 60 times a second, 10 by default. A change after a quiet time is rendered at once.
    /// </summary>
    [Parameter]
    public double RendersPerSecond { get; set; } = 10;

    /// <summary>
    /// While true nothing is read. The view then goes on after the last message that it has shown, or, if the store no longer keeps that,
    /// begins anew and counts <see cref="StoreViewContext{T}.Resets"/>.
    /// </summary>
    [Parameter]
    public bool Paused { get; set; }

    [Inject]
    private IStoreProvider Stores { get; set; } = default!;

    [Inject]
    private StoreSerializer Serializer { get; set; } = default!;

    [Inject]
    private StoreViewCircuit Circuit { get; set; } = default!;

    [Inject]
    private StoreViewHandover Handover { get; set; } = default!;

    [Inject]
    private TimeProvider Time { get; set; } = default!;

    /// <summary>Ends the reading. Nothing is read, and nothing rendered, afterwards.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        if (_pace is null)
            return; // it was never initialized
        Circuit.Changed -= OnCircuitChanged;
        Forget();
        _pace.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        _pace = new RenderPace(InvokeAsync, StateHasChanged, Report, Time);
        Circuit.Changed += OnCircuitChanged;
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="Keep"/> or <see cref="RendersPerSecond"/> is out of its range.</exception>
    /// <exception cref="StoreNotFoundException">There is no such store.</exception>
    protected override async Task OnParametersSetAsync()
    {
        if (Keep is < 1 or > 10_000)
            throw new ArgumentOutOfRangeException(nameof(Keep), Keep, "A view shows from 1 to 10,000 messages.");
        if (!(RendersPerSecond is > 0 and <= 60))
            throw new ArgumentOutOfRangeException(
                nameof(RendersPerSecond), RendersPerSecond, "A view renders more than 0 and at most 60 times a second.");
        _pace!.Interval = TimeSpan.FromSeconds(1 / RendersPerSecond);
        if (Store != _shownStore || Keep != _shownKeep)
            await BeginAsync();
        ReadOrPause();
    }

    /// <inheritdoc/>
    protected override void BuildRenderTree(RenderTreeBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (_feed is null)
            return;
        var context = _feed.Context;
        context.Rows = StoreViewRow<T>.RenderAll(Order?.Invoke(context.Items) ?? context.Items, Row);
        builder.AddContent(0, ChildContent?.Invoke(context) ?? context.Rows);
    }

    private async Task BeginAsync()
    {
        Forget();
        var store = Stores.GetStore(Store);
        (_shownStore, _shownKeep) = (Store, Keep);
        var kind = store is MessageStore known ? known.Kind : StoreKind.Queue;
        var keep = kind switch { StoreKind.Data => 1, StoreKind.Keyed => int.MaxValue, _ => DefaultKeep };
        var feed = new StoreFeed<T>(store, Serializer, Keep ?? keep, kind, _pace!.Request);
        _feed = feed;
        var upTo = RendererInfo.IsInteractive ? Handover.Take(Store) : null;
        if (AssignedRenderMode is not null)
            _leave = Handover.Join(Store, () => feed.Id); // a view that stays static hands nothing over
        _loading = new CancellationTokenSource(RendererInfo.IsInteractive ? Timeout.InfiniteTimeSpan : PrerenderPatience, Time);
        try
        {
            await feed.LoadAsync(upTo, _loading.Token);
            if (_reading is null)
                // Else the view was rendered again in the meantime, and is live already.
                feed.State = feed.IsCompleted ? StoreViewState.Completed : StoreViewState.Still;
        }
        catch (OperationCanceledException)
        {
            // The page shows that the view is still loading; or shows another store by now, or nothing.
        }
        catch (Exception) when (_feed != feed)
        {
            // Nobody is interested in this store any more.
        }
    }

    private void OnCircuitChanged() => _ = InvokeAsync(ReadOrPause);

    private void ReadOrPause()
    {
        // What was loading, or on its way here from the circuit, may come after the end.
        if (_disposed || _feed is not { Id: not null, IsCompleted: false } feed || !RendererInfo.IsInteractive)
            return;
        if (Paused || Circuit.IsDown)
            Pause(feed);
        else if (_reading is null)
            Read(feed);
    }

    private void Pause(StoreFeed<T> feed)
    {
        EndReading();
        feed.State = StoreViewState.Paused;
    }

    private void Read(StoreFeed<T> feed)
    {
        _reading = new CancellationTokenSource();
        feed.State = StoreViewState.Live;
        _read = ReadAfterAsync(_read, feed, _reading.Token);
    }

    /// <summary>A reader that was cancelled may have a message in hand still: the next one begins where that one ends.</summary>
    private async Task ReadAfterAsync(Task before, StoreFeed<T> feed, CancellationToken end)
    {
        try
        {
            await before;
            await Task.Run(() => feed.ReadAsync(end), end);
            feed.State = feed.IsCompleted ? StoreViewState.Completed : StoreViewState.Ended;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Paused, or gone.
        }
        catch (Exception failure)
        {
            Report(failure);
        }
    }

    private void Report(Exception failure)
    {
        if (!_disposed)
            _ = DispatchExceptionAsync(failure);
    }

    private void EndReading()
    {
        _reading?.Cancel();
        _reading?.Dispose();
        _reading = null;
    }

    /// <summary>
    /// Ends all that is done for the store that was shown. A store that cannot be found leaves nothing on the screen, and is looked for
    /// again with the next parameters.
    /// </summary>
    private void Forget()
    {
        EndReading();
        _loading?.Cancel();
        _loading?.Dispose();
        _loading = null;
        _leave?.Invoke();
        _leave = null;
        (_feed, _shownStore) = (null, null);
    }
}
