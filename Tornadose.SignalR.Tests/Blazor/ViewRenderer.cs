using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>Renders <see cref="StoreView{T}"/> as a circuit does, and records the contexts that its content gets.</summary>
internal sealed class ViewRenderer<T> : IAsyncDisposable
{
    private readonly IServiceProvider _services;
    private readonly BunitContext _page = new();
    private readonly List<StoreViewContext<T>> _contexts = [];
    private IRenderedComponent<StoreView<T>>? _view;

    public ViewRenderer(IServiceProvider services, bool interactive)
    {
        _services = services;
        _page.Services.AddFallbackServiceProvider(services);
        _page.Renderer.SetRendererInfo(new RendererInfo("Server", interactive));
    }

    /// <summary>The render mode in which views are, or will be, interactive.</summary>
    public IComponentRenderMode Mode { get; set; } = RenderMode.InteractiveServer;

    public Dispatcher Dispatcher => _page.Renderer.Dispatcher;

    /// <summary>The last failure.</summary>
    public Exception? Failure => _page.Renderer.UnhandledException is { IsCompletedSuccessfully: true } failed ? failed.Result : null;

    public StoreViewContext<T> Last
    {
        get
        {
            lock (_contexts)
                return _contexts[^1];
        }
    }

    public int Renders
    {
        get
        {
            lock (_contexts)
                return _contexts.Count;
        }
    }

    /// <summary>The HTML that the page shows.</summary>
    public string Markup => _view!.Markup;

    public IEnumerable<T> Values => Last.Items.Select(static item => item.Value);

    /// <summary>Renders one more view on the page.</summary>
    public void Show(string store, params (string Name, object Value)[] parameters) =>
        _view = _page.Render<StoreView<T>>(view => Set(view, store, parameters));

    /// <summary>Renders the last view again with other parameters.</summary>
    public void Change(string store, params (string Name, object Value)[] parameters) =>
        _view!.Render(view => Set(view, store, parameters));

    /// <summary>The failure of a render. The page throws the first failure at once, and only records later ones.</summary>
    public Exception? FailureOf(Action render)
    {
        var earlier = Failure;
        var thrown = Record.Exception(render);
        return thrown ?? (ReferenceEquals(earlier, Failure) ? null : Failure);
    }

    /// <summary>Leaves the page, as a navigation within the circuit does.</summary>
    public Task LeaveAsync() => _page.DisposeComponentsAsync();

    /// <summary>The state that the page would carry from prerendering into the circuit.</summary>
    public async Task<IDictionary<string, byte[]>> PersistAsync()
    {
        var store = new KeptState();
        var manager = _services.GetRequiredService<ComponentStatePersistenceManager>();
        await manager.PersistStateAsync(store, _page.Renderer);
        return store.State;
    }

    public ValueTask DisposeAsync() => _page.DisposeAsync();

    private void Set(ComponentParameterCollectionBuilder<StoreView<T>> view, string store, (string Name, object Value)[] parameters)
    {
        view.Add(static component => component.Store, store).Add(static component => component.ChildContent, Note);
        view.SetAssignedRenderMode(Mode);
        foreach (var (name, value) in parameters)
            view.TryAdd(name, value);
    }

    /// <summary>As in the documents: an element for each item, keyed by its id, so that a duplicate id fails the render.</summary>
    private RenderFragment Note(StoreViewContext<T> context) => builder =>
    {
        lock (_contexts)
            _contexts.Add(context);
        foreach (var item in context.Items)
        {
            builder.OpenElement(0, "p");
            builder.SetKey(item.Id);
            builder.AddContent(1, $"{item.Value}");
            builder.CloseElement();
        }

        builder.AddContent(2, context.Rows);
    };
}
