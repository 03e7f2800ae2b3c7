package headroom.app.view;

import headroom.app.component.ErrorCard;
import headroom.app.component.Legend;
import headroom.app.component.MemoryBar;
import headroom.app.component.MemoryStack;
import headroom.app.component.Parts;
import headroom.app.component.Units;
import headroom.app.viewmodel.RunViewModel;
import headroom.app.window.Navigator;
import headroom.engine.workbench.AccountRow;
import headroom.engine.workbench.Advice;
import headroom.engine.workbench.FailureCard;
import headroom.engine.workbench.FailureCard.OverBudget;
import headroom.engine.workbench.Problem;
import headroom.engine.workbench.RunSnapshot;
import headroom.engine.workbench.Verdict;
import java.util.List;
import javafx.beans.property.ReadOnlyObjectWrapper;
import javafx.geometry.Pos;
import javafx.scene.Node;
import javafx.scene.control.Button;
import javafx.scene.control.ListView;
import javafx.scene.control.TableCell;
import javafx.scene.control.TableColumn;
import javafx.scene.control.TableView;
import javafx.scene.input.KeyCode;
import javafx.scene.input.KeyEvent;
import javafx.scene.layout.HBox;
import javafx.scene.layout.Priority;
import javafx.scene.layout.StackPane;
import javafx.scene.layout.VBox;
import org.kordamp.ikonli.feather.Feather;
import org.kordamp.ikonli.javafx.FontIcon;

/** A run that failed: what happened and what is safe, what held the memory at that instant, and changes it can go on with. */
final class FailurePane extends VBox {
    private final RunViewModel model;
    private Node first = this;

    FailurePane(RunViewModel model, Navigator navigator, RunSnapshot run, FailureCard card) {
        this.model = model;
        getStyleClass().add("failure-pane");
        setFocusTraversable(true);
        final Button copy = Parts.button("Copy report", Feather.COPY, null, () -> copy(card));
        final Button plan = Parts.button("Back to the plan", null, null, () -> navigator.go("plan"));
        final VBox words = new VBox(4, Parts.label(card.title(), "type-title"), Parts.words((card.problem().what() + " " + card.problem().safe()).strip(), "type-body"));
        words.setMinWidth(0);
        HBox.setHgrow(words, Priority.ALWAYS);
        final FontIcon icon = new FontIcon(Feather.ALERT_TRIANGLE);
        icon.getStyleClass().add("failure-icon");
        final HBox banner = new HBox(16, icon, words, copy, plan);
        banner.getStyleClass().add("failure");
        banner.setAlignment(Pos.TOP_LEFT);
        banner.setMinHeight(USE_PREF_SIZE);
        final Node left = card.overBudget().map(this::held).orElseGet(() -> other(card.problem()));
        final Node right = ways(run, card);
        final Node body = Columns.of(0, new double[] {0, 408}, left, right);
        VBox.setVgrow(body, Priority.ALWAYS);
        getChildren().addAll(banner, Parts.rule(), body);
    }

    Node focusTarget() {
        return first;
    }

    private Node held(OverBudget over) {
        final long heldBytes = over.budgetBytes() - over.leftBytes();
        final MemoryBar bar = new MemoryBar(48).show(new MemoryStack(0, over.held())).setBudget(over.budgetBytes()).setAsked(new MemoryBar.Asked(over.owner(), over.askedBytes()));
        final String who = over.owner().isEmpty() ? over.op() : over.owner();
        final HBox figures = new HBox(8, Parts.label("held " + Units.memory(heldBytes), "strong"), Parts.label("of " + Units.memory(over.budgetBytes()), "muted"), Parts.gap(),
                Parts.label("asked for " + Units.memory(over.askedBytes()), "strong", "bad"), Parts.label(who, "mono"),
                Parts.label(Units.memory(over.askedBytes() - over.leftBytes()) + " short", "strong", "bad"));
        figures.setAlignment(Pos.BASELINE_LEFT);
        final Legend legend = new Legend();
        legend.setHgap(6);
        final HBox head = Parts.paneHeader("What held the memory at that instant", "", legend);
        HBox.setHgrow(legend, Priority.ALWAYS);
        head.setStyle("-fx-padding: 0;");
        final TableView<AccountRow> table = accounts(over.largest());
        VBox.setVgrow(table, Priority.ALWAYS);
        final VBox box = new VBox(8, head, bar, figures, Parts.label("Largest accounts", "strong"), table,
                Parts.words("Headroom refused the booking before memory was taken. It never lowers a setting on its own.", "type-table", "muted"));
        box.getStyleClass().add("pane");
        box.setStyle("-fx-padding: 8 24 16 24;");
        return box;
    }

    private static Node other(Problem problem) {
        final ErrorCard card = new ErrorCard(problem);
        final VBox box = new VBox(card);
        box.getStyleClass().add("pane");
        box.setStyle("-fx-padding: 24;");
        return box;
    }

    private static TableView<AccountRow> accounts(List<AccountRow> rows) {
        final TableView<AccountRow> table = new TableView<>();
        table.setId("largest-accounts");
        table.getItems().setAll(rows);
        table.setColumnResizePolicy(TableView.CONSTRAINED_RESIZE_POLICY_ALL_COLUMNS);
        final TableColumn<AccountRow, AccountRow> owner = new TableColumn<>("Account");
        owner.setPrefWidth(320);
        owner.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue()));
        owner.setCellFactory(c -> new TableCell<>() {
            @Override
            protected void updateItem(AccountRow row, boolean empty) {
                super.updateItem(row, empty);
                getStyleClass().add("mono");
                setText(empty || row == null ? null : row.owner() + (row.count() > 1 ? "  × " + row.count() : ""));
                setGraphic(empty || row == null ? null : Legend.swatch(row.category()));
            }
        });
        final TableColumn<AccountRow, String> bytes = new TableColumn<>("Bytes");
        bytes.setPrefWidth(88);
        bytes.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(Units.memory(row.getValue().bytes())));
        final TableColumn<AccountRow, String> why = new TableColumn<>("Why it is kept");
        why.setPrefWidth(320);
        why.setCellValueFactory(row -> new ReadOnlyObjectWrapper<>(row.getValue().why()));
        table.getColumns().setAll(List.of(owner, bytes, why));
        return table;
    }

    private Node ways(RunSnapshot run, FailureCard card) {
        final HBox head = Parts.paneHeader(card.checkpoint().map(step -> "Go on from step " + Units.count(step) + " with").orElse("Begin again with"), "",
                Parts.label("worst batch, predicted", "type-table", "muted"));
        head.setStyle("-fx-padding: 0 24 0 24;");
        final ListView<Advice> remedies = new ListView<>();
        remedies.setId("remedies");
        remedies.getItems().setAll(card.remedies());
        remedies.setFixedCellSize(AdviceCell.HEIGHT);
        remedies.setCellFactory(list -> new AdviceCell(model::goOn, true));
        remedies.setPlaceholder(new StackPane(Parts.words("No change of batch, length or checkpointing lowers the peak.", "type-table", "muted")));
        remedies.getSelectionModel().selectFirst();
        remedies.addEventFilter(KeyEvent.KEY_PRESSED, event -> {
            final Advice chosen = remedies.getSelectionModel().getSelectedItem();
            if (event.getCode() == KeyCode.ENTER && chosen != null) {
                event.consume();
                model.goOn(chosen);
            }
        });
        VBox.setVgrow(remedies, Priority.ALWAYS);
        final VBox foot = new VBox(8);
        foot.setStyle("-fx-padding: 12 24 12 24;");
        card.overBudget().ifPresentOrElse(over -> {
            final long wanted = RunViewModel.raised(over, run.memory().plannedPeakBytes());
            final Button raise = Parts.button("Set " + Units.memory(wanted) + " and go on", null, null, () -> model.goOn(wanted));
            raise.setId("raise-budget");
            foot.getChildren().addAll(Parts.label("Or raise the budget", "strong"), Parts.words("The refused booking and the planned peak fit into " + Units.memory(wanted) + ".", "type-table", "muted"), raise);
            final boolean curable = card.remedies().stream().anyMatch(remedy -> remedy.verdict() != Verdict.OVER);
            first = curable ? remedies : raise;
            if (!curable) {
                raise.getStyleClass().add("accent");
            }
        }, () -> {
            final Button again = Parts.primary(card.checkpoint().isPresent() ? "Go on as it was" : "Begin again", null, model::goOn);
            again.setId("go-on");
            foot.getChildren().add(again);
            first = again;
        });
        foot.getChildren().add(Parts.words(card.checkpoint().isPresent() ? "Going on keeps the step, its optimizer state and its place in the data." : "Nothing was lost but the steps of this attempt.", "type-table", "muted"));
        final VBox pane = new VBox(head, Parts.rule(), remedies, Parts.rule(), foot);
        pane.getStyleClass().add("pane");
        pane.setMinWidth(320);
        return pane;
    }

    private static void copy(FailureCard card) {
        final javafx.scene.input.ClipboardContent content = new javafx.scene.input.ClipboardContent();
        content.putString(card.title() + "\n" + card.problem().what() + "\n" + card.problem().safe() + "\n" + String.join("\n", card.problem().todo()) + "\n\n" + card.problem().details());
        javafx.scene.input.Clipboard.getSystemClipboard().setContent(content);
    }
}
