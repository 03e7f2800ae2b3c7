package headroom.app.window;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javafx.scene.control.Hyperlink;
import javafx.scene.control.Label;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.Region;
import javafx.scene.layout.VBox;
import javafx.scene.text.Text;
import javafx.scene.text.TextFlow;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.ThematicBreak;
import org.commonmark.parser.Parser;

/** Markdown as plain nodes: headings, paragraphs, lists, code, quotes as notes, links to pages. What it does not know it shows as text. */
public final class MarkdownPage {
    private final Consumer<String> follow;

    private MarkdownPage(Consumer<String> follow) {
        this.follow = follow;
    }

    /** @param follow hears where a link leads */
    public static VBox of(String markdown, Consumer<String> follow) {
        final MarkdownPage page = new MarkdownPage(follow);
        final VBox box = new VBox();
        box.getStyleClass().add("learn-page");
        box.getChildren().setAll(page.blocks(Parser.builder().build().parse(markdown)));
        return box;
    }

    private List<javafx.scene.Node> blocks(Node parent) {
        final List<javafx.scene.Node> out = new ArrayList<>();
        for (Node at = parent.getFirstChild(); at != null; at = at.getNext()) {
            out.add(block(at));
        }
        return out;
    }

    private javafx.scene.Node block(Node node) {
        return switch (node) {
            case Heading heading -> heading(heading);
            case Paragraph paragraph -> flow(paragraph);
            case BulletList list -> list(list, number -> "•");
            case OrderedList list -> list(list, number -> number + ".");
            case FencedCodeBlock code -> code(code.getLiteral());
            case IndentedCodeBlock code -> code(code.getLiteral());
            case BlockQuote quote -> {
                final VBox note = new VBox(8);
                note.getStyleClass().add("note");
                note.getChildren().setAll(blocks(quote));
                yield note;
            }
            case ThematicBreak _ -> {
                final Region rule = new Region();
                rule.getStyleClass().add("rule");
                yield rule;
            }
            default -> flow(node);
        };
    }

    private javafx.scene.Node heading(Heading heading) {
        final Label label = new Label(plain(heading));
        label.setWrapText(true);
        label.getStyleClass().add(heading.getLevel() == 1 ? "type-title" : heading.getLevel() == 2 ? "type-section" : "strong");
        label.setStyle(heading.getLevel() == 1 ? "" : "-fx-padding: 8 0 0 0;");
        return label;
    }

    private interface Mark {
        String of(int number);
    }

    private javafx.scene.Node list(Node list, Mark mark) {
        final VBox box = new VBox(4);
        int number = 1;
        for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
            final Label sign = new Label(mark.of(number++));
            sign.getStyleClass().addAll("muted", "type-body");
            sign.setMinWidth(16);
            final VBox body = new VBox(4);
            body.getChildren().setAll(blocks(item));
            HBox.setHgrow(body, Priority.ALWAYS);
            box.getChildren().add(new HBox(4, sign, body));
        }
        return box;
    }

    private static javafx.scene.Node code(String literal) {
        final Label label = new Label(literal.stripTrailing());
        label.getStyleClass().add("mono");
        final VBox box = new VBox(label);
        box.getStyleClass().add("code-block");
        return box;
    }

    private TextFlow flow(Node node) {
        final TextFlow flow = new TextFlow();
        flow.setLineSpacing(4);
        inline(node, "learn-body", flow);
        return flow;
    }

    private void inline(Node parent, String style, TextFlow flow) {
        for (Node at = parent.getFirstChild(); at != null; at = at.getNext()) {
            switch (at) {
                case org.commonmark.node.Text text -> add(flow, text.getLiteral(), style);
                case Code code -> add(flow, code.getLiteral(), "learn-code");
                case StrongEmphasis strong -> inline(strong, "strong", flow);
                case Link link -> {
                    final Hyperlink target = new Hyperlink(plain(link));
                    target.setOnAction(event -> follow.accept(link.getDestination()));
                    flow.getChildren().add(target);
                }
                case SoftLineBreak _ -> add(flow, " ", style);
                case HardLineBreak _ -> add(flow, "\n", style);
                default -> inline(at, style, flow);
            }
        }
    }

    private static void add(TextFlow flow, String literal, String style) {
        final Text text = new Text(literal);
        text.getStyleClass().add(style);
        flow.getChildren().add(text);
    }

    private static String plain(Node node) {
        final StringBuilder out = new StringBuilder();
        for (Node at = node.getFirstChild(); at != null; at = at.getNext()) {
            switch (at) {
                case org.commonmark.node.Text text -> out.append(text.getLiteral());
                case Code code -> out.append(code.getLiteral());
                default -> out.append(plain(at));
            }
        }
        return out.toString();
    }
}
