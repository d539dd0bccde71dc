using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Infrastructure;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.RenderTree;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>Renders a <see cref="StoreView{T}"/> as a circuit does, and keeps the contexts that its content was given instead of HTML.</summary>
internal sealed class ViewRenderer<T> : Renderer
{
    private readonly IServiceProvider _services;
    private readonly List<StoreViewContext<T>> _contexts = [];
    private int _root;
    private int _second;

    public ViewRenderer(IServiceProvider services, bool interactive = true) : base(services, services.GetRequiredService<ILoggerFactory>())
    {
        _services = services;
        RendererInfo = new RendererInfo("Test", interactive);
    }

    public override Dispatcher Dispatcher { get; } = Dispatcher.CreateDefault();

    public List<Exception> Failures { get; } = [];

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

    public IEnumerable<T> Values => Last.Items.Select(item => item.Value);

    protected override RendererInfo RendererInfo { get; }

    /// <summary>Renders the view for the first time.</summary>
    public Task ShowAsync(string store, params (string Name, object Value)[] parameters) => Dispatcher.InvokeAsync(() =>
    {
        _root = AssignRootComponentId(InstantiateComponent(typeof(StoreView<T>)));
        return RenderRootComponentAsync(_root, Parameters(store, parameters));
    });

    /// <summary>Renders one more view on the same page.</summary>
    public Task ShowSecondAsync(string store, params (string Name, object Value)[] parameters) => Dispatcher.InvokeAsync(() =>
    {
        _second = AssignRootComponentId(InstantiateComponent(typeof(StoreView<T>)));
        return RenderRootComponentAsync(_second, Parameters(store, parameters));
    });

    /// <summary>Leaves the page with the view, as a navigation within the circuit does.</summary>
    public Task LeaveAsync() => Dispatcher.InvokeAsync(() => RemoveRootComponent(_root));

    /// <summary>Renders it again with other parameters.</summary>
    public Task ChangeAsync(string store, params (string Name, object Value)[] parameters) =>
        Dispatcher.InvokeAsync(() => RenderRootComponentAsync(_root, Parameters(store, parameters)));

    /// <summary>What the page would carry from prerendering into the circuit.</summary>
    public async Task<IDictionary<string, byte[]>> PersistAsync()
    {
        var store = new KeptState();
        await _services.GetRequiredService<ComponentStatePersistenceManager>().PersistStateAsync(store, this);
        return store.State;
    }

    protected override IComponentRenderMode? GetComponentRenderMode(IComponent component) => RenderMode.InteractiveServer;

    protected override void HandleException(Exception exception) => Failures.Add(exception);

    protected override Task UpdateDisplayAsync(in RenderBatch renderBatch) => Task.CompletedTask;

    private ParameterView Parameters(string store, (string Name, object Value)[] parameters)
    {
        var all = new Dictionary<string, object?> { ["Store"] = store, ["ChildContent"] = (RenderFragment<StoreViewContext<T>>)Note };
        foreach (var (name, value) in parameters)
            all[name] = value;
        return ParameterView.FromDictionary(all);
    }

    /// <summary>As in the documents: an element for each item, by its id, so that an id that comes twice fails the render.</summary>
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
    };
}
