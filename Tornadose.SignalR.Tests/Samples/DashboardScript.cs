namespace Tornadose.SignalR.Tests.Samples;

/// <summary>JavaScript expressions by which tests query the dashboard's page.</summary>
internal static class DashboardScript
{
    /// <summary>
    /// The state that the pill shows. Without a circuit, Blazor's script shows a state of its own, because the server cannot render.
    /// </summary>
    public const string State = "(document.querySelector('.components-reconnect-show, .components-reconnect-retrying') " +
        "? 'reconnecting' : document.querySelector('[data-pill]').dataset.state)";

    public const string IsLive = $"{State} === 'live'";

    /// <summary>How many messages a paused page has not shown, of all its queue stores; not a number if it is not paused.</summary>
    public const string Held = "parseInt(document.querySelector('[data-held]').textContent)";

    public const string Background = "getComputedStyle(document.body).backgroundColor";

    public static string Panel(string store) => $"document.querySelector('#{store}')";

    public static string Rows(string store) => $"[...{Panel(store)}.querySelectorAll('[data-rows] tr')]";

    public static string Epoch(string store) => $"{Panel(store)}.dataset.id.split('-')[0]";

    public static string Offset(string store) => $"Number({Panel(store)}.dataset.id.split('-')[1])";

    public static string Points(string store) => $"Number({Panel(store)}.querySelector('.chart').dataset.points)";

    /// <summary>
    /// A store's first message has the offset 1, so the chart shows all messages once if it has as many points as the last offset, as
    /// long as its window has room for all.
    /// </summary>
    public static string HasAll(string store) => $"{Points(store)} === {Offset(store)}";

    public static string FirstNoteIs(string text) => $"document.querySelector('[data-feed] li p')?.textContent === '{text}'";

    public static string Text(string selector) => $"document.querySelector('{selector}').textContent";

    /// <summary>The named number that a panel shows.</summary>
    public static string Fact(string store, string name) =>
        $"[...document.querySelectorAll('#{store} dt')].find(term => term.textContent === '{name}').nextElementSibling" +
        ".querySelector('.live span').textContent";

    /// <summary>Selects a wire for components that run in the browser, as a click does.</summary>
    public static string Choose(string wire) => $"document.querySelector('.switch [href=\"{InBrowser(wire)}\"]').click()";

    /// <summary>The address of the page whose components run in the browser.</summary>
    public static string InBrowser(string wire) => $"?run=browser&wire={wire}";

    /// <summary>Writes into the form of the notes, as a user who then leaves the field.</summary>
    public static string Write(string note) =>
        $"document.querySelector('#note').value = '{note}'; " +
        "document.querySelector('#note').dispatchEvent(new Event('change', { bubbles: true }))";
}
