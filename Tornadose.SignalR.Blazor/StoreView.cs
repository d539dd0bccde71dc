using Tornadose.SignalR.Blazor;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;

namespace Tornadose.SignalR;

/// <summary>
/// Shows a store in a Blazor page, live, in every render mode: on the server it reads the store in process, in WebAssembly over a wire. In
/// a prerendered or static page it shows what the store holds at that moment.
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
/// The items of a keyed store are its keys. With <see cref="Row"/>, only rows that have changed are rendered again:
/// <code>
/// &lt;table&gt;
///     &lt;StoreView T="Device" Store="devices"&gt;
///         &lt;Row Context="device"&gt;
///             &lt;tr&gt;&lt;td&gt;@device.Key&lt;/td&gt;&lt;td&gt;@device.Value.Load&lt;/td&gt;&lt;/tr&gt;
///         &lt;/Row&gt;
///     &lt;/StoreView&gt;
/// &lt;/table&gt;
/// </code>
/// However fast messages come, it renders at most <see cref="RendersPerSecond"/> times a second, and at most one render is pending.
/// Prerendered state is handed over: the interactive page begins with the same messages and continues after them. While the browser's
/// connection to its circuit is down, or <see cref="Paused"/> is set, nothing is read or buffered; the view then resumes after
/// the last message it showed. In process no read policy is evaluated: the page that contains the view decides who sees it. In WebAssembly
/// and Auto mode whole messages are sent to the browser.
/// </remarks>
/// <typeparam name="T">The type of the values; <see cref="string"/> shows text messages.</typeparam>
public sealed class StoreView<T> : ComponentBase, IDisposable
{
    /// <summary>The longest that prerendering waits for a store whose copy is not up to date, because Redis is unavailable.</summary>
    private static readonly TimeSpan PrerenderPatience = TimeSpan.FromSeconds(1);

    private StoreFeed<T>? _feed;
    private IStoreReader? _reader;
    private Exception? _failure;
    private RenderPace? _pace;
    private CancellationTokenSource? _loading;
    private CancellationTokenSource? _reading;
    private Task _read = Task.CompletedTask;
    private Action? _leave;
    private string? _shownStore;
    private int? _shownKeep;
    private bool _disposed;

    /// <summary>
    /// The store's name, or that of a store of a family, as <c>devices/7</c>. If it changes, the view begins again with that store.
    /// </summary>
    [Parameter, EditorRequired]
    public string Store { get; set; } = "";

    /// <summary>
    /// What to render, given the messages. Default null: <see cref="StoreViewContext{T}.Rows"/>, and nothing around them.
    /// </summary>
    [Parameter]
    public RenderFragment<StoreViewContext<T>>? ChildContent { get; set; }

    /// <summary>What to render instead, while the store has nothing to show. Default null: the content, with no items.</summary>
    [Parameter]
    public RenderFragment? Empty { get; set; }

    /// <summary>
    /// What to render instead, given the reason, when the store cannot be read: it does not exist, or this client may not read it. Default
    /// null: the exception goes to the next <c>ErrorBoundary</c>.
    /// </summary>
    [Parameter]
    public RenderFragment<Exception>? Failed { get; set; }

    /// <summary>
    /// How to render one item, in a row of its own that keeps its <c>@key</c>: when the store changes, only rows that have changed are
    /// rendered again. When the page renders the view again, all rows are, because a template may use the page's own state.
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
    /// How many messages are shown, the newest; 1 to 10,000. Default null: the one value of a data store, all keys of a keyed store, 50
    /// messages of a queue store. For a data store, set it to show the last values that come while the page is open.
    /// </summary>
    [Parameter]
    public int? Keep { get; set; }

    /// <summary>The most renders a second: above 0 and up to 60, by default 10. A change after a quiet time is rendered at once.</summary>
    [Parameter]
    public double RendersPerSecond { get; set; } = 10;

    /// <summary>
    /// While true, nothing is read. The view then resumes after the last message that it showed or, if the store no longer keeps that
    /// message, begins again and counts <see cref="StoreViewContext{T}.Resets"/>.
    /// </summary>
    [Parameter]
    public bool Paused { get; set; }

    [Inject]
    private IStoreReaders Readers { get; set; } = default!;

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
        Forget();
        _pace.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => _pace = new RenderPace(InvokeAsync, StateHasChanged, Report, Time);

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
        if (_failure is not null && Failed is not null)
            builder.AddContent(0, Failed(_failure));
        if (_failure is not null || _feed is null)
            return;
        var context = _feed.Context;
        if (Empty is not null && context.Items.Count == 0 && context.State != StoreViewState.Loading)
        {
            builder.AddContent(1, Empty);
            return;
        }

        context.Rows = StoreViewRow<T>.RenderAll(Order?.Invoke(context.Items) ?? context.Items, Row);
        builder.AddContent(2, ChildContent?.Invoke(context) ?? context.Rows);
    }

    private async Task BeginAsync()
    {
        Forget();
        StoreFeed<T>? feed = null;
        try
        {
            _reader = Readers.GetReader(Store);
            _reader.StateChanged += OnReaderChanged;
            (_shownStore, _shownKeep) = (Store, Keep);
            _feed = feed = new StoreFeed<T>(_reader, Keep, _pace!.Request);
            await LoadAsync(feed);
            if (_reading is null)
                // Otherwise the view was rendered again in the meantime, and is already live.
                feed.State = feed.IsCompleted ? StoreViewState.Completed : StoreViewState.Still;
        }
        catch (OperationCanceledException) when (feed is not null)
        {
            // The page shows that the view is still loading; or shows another store by now, or nothing.
        }
        catch (Exception) when (_feed != feed)
        {
            // The view no longer shows this store.
        }
        catch (Exception failure) when (Failed is not null)
        {
            Fail(feed, failure);
        }
    }

    private Task LoadAsync(StoreFeed<T> feed)
    {
        var shown = StoreViewHandover.KeyOf<T>(Store, Keep);
        var (id, snapshot) = RendererInfo.IsInteractive ? Handover.Take(shown) : default;
        if (AssignedRenderMode is { } mode)
            _leave = Handover.Join(shown, mode, () => feed.Id, () => feed.Beginning); // a view that stays static hands nothing over
        if (snapshot is not null)
        {
            feed.Take(snapshot);
            return Task.CompletedTask;
        }

        _loading = new CancellationTokenSource(RendererInfo.IsInteractive ? Timeout.InfiniteTimeSpan : PrerenderPatience, Time);
        return feed.LoadAsync(id, _loading.Token);
    }

    private void OnReaderChanged() => _ = InvokeAsync(() =>
    {
        if (_reading is not null && _feed is { } feed)
            ShowConnection(feed);
    });

    private void ShowConnection(StoreFeed<T> feed)
    {
        if (_reader!.State is StoreSubscriptionState.Connecting or StoreSubscriptionState.Waiting)
            feed.State = StoreViewState.Connecting;
        else if (_reader.State == StoreSubscriptionState.Live)
            feed.State = StoreViewState.Live;
    }

    private void ReadOrPause()
    {
        // Loading may complete after the view was disposed.
        if (_disposed || _failure is not null || _feed is not { Id: not null, IsCompleted: false } feed || !RendererInfo.IsInteractive)
            return;
        if (Paused)
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
        ShowConnection(feed);
        _read = ReadAfterAsync(_read, feed, _reading.Token);
    }

    /// <summary>A cancelled read may still be adding a message: the next read begins when, and where, that one has ended.</summary>
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
            // Paused or disposed.
        }
        catch (Exception failure) when (Failed is null)
        {
            if (_feed == feed) // or another store is shown by now
                Report(failure);
        }
        catch (Exception failure)
        {
            Fail(feed, failure);
        }
    }

    private void Fail(StoreFeed<T>? feed, Exception failure)
    {
        if (_feed != feed)
            return; // another store is shown by now
        _failure = failure;
        _pace!.Request();
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
    /// Ends all work for the store that was shown. If a store is not found, the view shows nothing, and the store is looked up again with
    /// the next parameters.
    /// </summary>
    private void Forget()
    {
        EndReading();
        _loading?.Cancel();
        _loading?.Dispose();
        _loading = null;
        _leave?.Invoke();
        _leave = null;
        if (_reader is not null)
            _reader.StateChanged -= OnReaderChanged;
        (_reader, _feed, _failure, _shownStore) = (null, null, null, null);
    }
}
