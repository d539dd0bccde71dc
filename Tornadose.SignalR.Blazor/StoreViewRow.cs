using Microsoft.AspNetCore.Components;

namespace Tornadose.SignalR.Blazor;

/// <summary>One row of a view. It is rendered again when its item or its template is replaced, and not with every other row.</summary>
internal sealed class StoreViewRow<T> : IComponent
{
    private const string Item = nameof(Item);
    private const string Template = nameof(Template);

    private RenderHandle _renderHandle;
    private StoreViewItem<T>? _item;
    private RenderFragment<StoreViewItem<T>>? _template;

    public void Attach(RenderHandle renderHandle) => _renderHandle = renderHandle;

    public Task SetParametersAsync(ParameterView parameters)
    {
        var item = parameters.GetValueOrDefault<StoreViewItem<T>>(Item)!;
        var template = parameters.GetValueOrDefault<RenderFragment<StoreViewItem<T>>>(Template)!;
        // Delegates compare by target and method: the same lambda of a page that has changed its fields is a new template.
        if (item == _item && ReferenceEquals(template, _template))
            return Task.CompletedTask;
        (_item, _template) = (item, template);
        _renderHandle.Render(template(item));
        return Task.CompletedTask;
    }

    /// <summary>Renders each row in its own component with its own key; without a template, nothing.</summary>
    public static RenderFragment RenderAll(IEnumerable<StoreViewItem<T>> items, RenderFragment<StoreViewItem<T>>? template) => builder =>
    {
        foreach (var item in template is null ? [] : items)
        {
            builder.OpenComponent<StoreViewRow<T>>(0);
            builder.SetKey(item.Key ?? item.Id ?? (object)item);
            builder.AddComponentParameter(1, Item, item);
            builder.AddComponentParameter(2, Template, template);
            builder.CloseComponent();
        }
    };
}
