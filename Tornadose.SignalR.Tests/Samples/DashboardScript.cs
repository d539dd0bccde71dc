namespace Tornadose.SignalR.Tests.Samples;

/// <summary>What tests ask the dashboard's page, in JavaScript.</summary>
internal static class DashboardScript
{
    /// <summary>
    /// What the pill says. While the browser has lost its circuit Blazor's script shows another one: the server cannot render then.
    /// </summary>
    public const string State = "(document.querySelector('.components-reconnect-show, .components-reconnect-retrying') " +
        "? 'reconnecting' : document.querySelector('[data-pill]').dataset.state)";

    public const string IsLive = $"{State} === 'live'";

    public const string Background = "getComputedStyle(document.body).backgroundColor";

    public static string Panel(string store) => $"document.querySelector('#{store}')";

    public static string Rows(string store) => $"[...{Panel(store)}.querySelectorAll('[data-rows] tr')]";

    public static string Epoch(string store) => $"{Panel(store)}.dataset.id.split('-')[0]";

    public static string Offset(string store) => $"Number({Panel(store)}.dataset.id.split('-')[1])";

    public static string Points(string store) => $"Number({Panel(store)}.querySelector('.chart').dataset.points)";

    /// <summary>
    /// A store's first message has the offset 1: as many points as the last one's offset is all of them, once, as long as the chart's
    /// window has room for all.
    /// </summary>
    public static string HasAll(string store) => $"{Points(store)} === {Offset(store)}";

    public static string FirstNoteIs(string text) => $"document.querySelector('[data-feed] li p')?.textContent === '{text}'";

    public static string Text(string selector) => $"document.querySelector('{selector}').textContent";

    /// <summary>The number that a panel shows by a name.</summary>
    public static string Fact(string store, string name) =>
        $"[...document.querySelectorAll('#{store} dt')].find(term => term.textContent === '{name}').nextElementSibling" +
        ".querySelector('.live span').textContent";

    /// <summary>Chooses a wire of components that run in the browser, as a click does.</summary>
    public static string Choose(string wire) => $"document.querySelector('.switch [href=\"{InBrowser(wire)}\"]').click()";

    /// <summary>The address of the page whose components run in the browser.</summary>
    public static string InBrowser(string wire) => $"?run=browser&wire={wire}";

    /// <summary>Writes into the form of the notes, as a reader does who then leaves the field.</summary>
    public static string Write(string note) =>
        $"document.querySelector('#note').value = '{note}'; " +
        "document.querySelector('#note').dispatchEvent(new Event('change', { bubbles: true }))";
}
